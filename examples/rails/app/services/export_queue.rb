# First in, first out, in Redis; a name waits at most once.
class ExportQueue
  def initialize(redis: RedisConnection.current)
    @redis = redis
  end

  def push(name)
    added = @redis.sadd?("exports:known", name)
    @redis.rpush("exports", name) if added
    added
  end

  def pop
    name = @redis.lpop("exports")
    @redis.srem?("exports:known", name) if name
    name
  end

  def size
    @redis.llen("exports")
  end
end
