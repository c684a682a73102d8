require "rails_helper"

# Settings and commands of the whole server: none of this would be possible next to somebody else's tests.
RSpec.describe "Redis", redis: true do
  %w[noeviction allkeys-lru volatile-ttl].each do |policy|
    it "keeps the policy #{policy}" do
      redis.config(:set, "maxmemory-policy", policy)
      sleep 0.01
      expect(redis.config(:get, "maxmemory-policy")).to eq("maxmemory-policy" => policy)
    ensure
      redis.config(:set, "maxmemory-policy", "noeviction")
    end
  end

  it "tells of keys that expire" do
    redis.config(:set, "notify-keyspace-events", "KEA")
    expect(redis.config(:get, "notify-keyspace-events").values.first).to include "A"
  ensure
    redis.config(:set, "notify-keyspace-events", "")
  end

  3.times do |round|
    it "counts only its own keys (round #{round + 1})" do
      20.times { |index| redis.set("key:#{index}", round) }
      expect(redis.dbsize).to eq 20
      expect(redis.mget("key:0", "key:19")).to eq [round.to_s] * 2
    end
  end

  it "runs scripts" do
    expect(redis.eval("return redis.call('incrby', KEYS[1], ARGV[1])", keys: ["sum"], argv: [7])).to eq 7
  end

  it "gives up a transaction when a watched key changes" do
    other = RedisConnection.open
    result = redis.watch("watched") do
      other.set("watched", "changed")
      redis.multi { |transaction| transaction.set("watched", "mine") }
    end
    expect(result).to be_nil
    expect(redis.get("watched")).to eq "changed"
  end
end
