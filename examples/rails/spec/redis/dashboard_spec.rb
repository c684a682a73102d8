require "rails_helper"

RSpec.describe Dashboard, redis: true do
  let(:company) { create(:company) }
  let(:dashboard) { described_class.new(company) }

  it("is empty at first") { expect(dashboard.totals).to eq("open_cents" => 0, "invoices" => 0, "customers" => 0) }

  it "remembers" do
    dashboard.totals
    create(:customer, company: company)
    expect(dashboard.totals["customers"]).to eq 0
  end

  it "computes again after an announcement" do
    dashboard.totals
    create(:invoice, :issued, customer: create(:customer, company: company))
    dashboard.announce("invoice.issued")
    expect(dashboard.totals).to eq("open_cents" => 119_00, "invoices" => 1, "customers" => 1)
  end

  it "forgets everybody's with FLUSHALL" do
    others = Array.new(2) { described_class.new(create(:company)).tap(&:totals) }
    expect(redis.dbsize).to eq others.size
    described_class.forget_all
    expect(redis.dbsize).to eq 0
  end

  # A subscriber hears what this worker publishes, and nothing else: on a shared server it would hear the others, too.
  5.times do |round|
    it "publishes each announcement once (round #{round + 1})" do
      heard = []
      ready = Queue.new
      listener = Thread.new do
        RedisConnection.open.subscribe(Dashboard::CHANNEL) do |on|
          on.subscribe { ready << true }
          on.message do |_, message|
            heard << JSON.parse(message)["event"]
            Thread.exit if heard.last == "end"
          end
        end
      end
      ready.pop
      %w[one two end].each { |event| dashboard.announce(event) }
      listener.join(10)
      expect(heard).to eq %w[one two end]
    end
  end
end
