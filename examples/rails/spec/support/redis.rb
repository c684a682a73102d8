# The real Redis, and the real command to empty it: this worker has a server of its own.
RSpec.configure do |config|
  config.before(redis: true) { redis.flushall }
  config.include(Module.new { def redis = RedisConnection.current })
end
