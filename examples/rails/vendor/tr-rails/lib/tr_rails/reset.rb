require "socket"

module TrRails
  class ResetFailed < StandardError; end

  # Makes this worker's database what it was when the task began, after a test that committed. The connections of this
  # process are closed first. Returns false when no task offers it: then it is up to the test suite.
  def self.reset_database(service: "db")
    path = ENV["TR_SERVICES_SOCKET"]
    return false if path.nil? || path.empty?

    ActiveRecord::Base.clear_all_connections!
    target = "/reset?service=#{service}"
    target += "&worker=#{worker}" if worker
    answer = post(path, target)
    raise ResetFailed, answer.lines.first.to_s.strip unless answer.match?(%r{\AHTTP/1\.[01] 2})

    true
  end

  def self.post(path, target)
    UNIXSocket.open(path) do |socket|
      socket.write("POST #{target} HTTP/1.1\r\nHost: services\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      socket.read
    end
  end
  private_class_method :post
end
