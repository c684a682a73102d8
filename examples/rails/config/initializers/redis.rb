# The one connection of this process. A forked process makes its own.
module RedisConnection
  def self.current
    @current = nil if @pid != Process.pid
    @pid = Process.pid
    @current ||= open
  end

  # For subscribers, which cannot share a connection.
  def self.open
    Redis.new(url: ENV.fetch("REDIS_URL"))
  end
end
