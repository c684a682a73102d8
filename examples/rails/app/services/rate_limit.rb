# At most so many calls of a company in a window of time (a fixed window, counted in Redis).
class RateLimit
  def initialize(company, limit:, seconds:, redis: RedisConnection.current)
    @key = "rate:#{company.id}"
    @limit = limit
    @seconds = seconds
    @redis = redis
  end

  def allow?
    count = @redis.incr(@key)
    @redis.expire(@key, @seconds) if count == 1
    count <= @limit
  end

  def remaining
    [@limit - @redis.get(@key).to_i, 0].max
  end
end
