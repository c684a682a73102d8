# Totals of a company, remembered in Redis until something is published about it.
class Dashboard
  CHANNEL = "dashboard"

  def initialize(company, redis: RedisConnection.current)
    @company = company
    @redis = redis
  end

  def totals
    stored = @redis.get(key)
    return JSON.parse(stored) if stored

    compute.tap { |totals| @redis.setex(key, 3600, totals.to_json) }
  end

  def announce(event)
    @redis.del(key)
    @redis.publish(CHANNEL, { company: @company.id, event: event }.to_json)
  end

  # Everybody's: after a change of what the totals mean.
  def self.forget_all(redis: RedisConnection.current)
    redis.flushall
  end

  private

  def key
    "dashboard:#{@company.id}"
  end

  def compute
    issued = @company.invoices.issued
    { "open_cents" => issued.sum(&:open_cents), "invoices" => issued.count, "customers" => @company.customers.active.count }
  end
end
