require "rails_helper"

RSpec.describe ExportQueue, redis: true do
  subject(:queue) { described_class.new }

  [%w[a], %w[a b c], %w[b a b a]].each do |names|
    it "gives #{names.join(", ")} back in order, each once" do
      names.each { |name| queue.push(name) }
      expect(Array.new(names.uniq.size) { queue.pop }).to eq names.uniq
      expect(queue.pop).to be_nil
    end
  end

  it("says whether it took a name") { expect([queue.push("a"), queue.push("a")]).to eq [true, false] }

  it "takes a name again after it was popped" do
    queue.push("a")
    queue.pop
    expect(queue.push("a")).to be true
  end

  it("is empty at first") { expect(queue.size).to eq 0 }

  it "is shared by connections" do
    queue.push("a")
    expect(described_class.new(redis: RedisConnection.open).pop).to eq "a"
  end
end
