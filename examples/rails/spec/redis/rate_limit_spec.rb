require "rails_helper"

RSpec.describe RateLimit, redis: true do
  let(:company) { create(:company) }

  [1, 2, 5, 20].each do |limit|
    it "lets #{limit} through" do
      rate = described_class.new(company, limit: limit, seconds: 60)
      expect(Array.new(limit + 2) { rate.allow? }).to eq [true] * limit + [false] * 2
    end
  end

  it "counts what remains" do
    rate = described_class.new(company, limit: 3, seconds: 60)
    expect(Array.new(5) { rate.allow? && rate.remaining }).to eq [2, 1, 0, false, false]
  end

  it "is a company's own" do
    other = create(:company)
    described_class.new(company, limit: 1, seconds: 60).allow?
    expect(described_class.new(other, limit: 1, seconds: 60).allow?).to be true
  end

  [1, 60, 3600].each do |seconds|
    it "forgets after #{seconds} s" do
      described_class.new(company, limit: 1, seconds: seconds).allow?
      expect(redis.ttl("rate:#{company.id}")).to be_between(seconds - 1, seconds)
    end
  end

  it "finds an empty server each time" do
    expect(redis.dbsize).to eq 0
    described_class.new(company, limit: 1, seconds: 60).allow?
    expect(redis.keys).to eq ["rate:#{company.id}"]
  end
end
