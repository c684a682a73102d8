require "rails_helper"

RSpec.describe Dunning do
  let(:invoice) { create(:invoice, :issued) }
  let(:company) { invoice.company }

  def remind(days)
    described_class.new(company, today: invoice.due_on + days).call
  end

  [[0, nil], [6, nil], [7, 1], [13, 1], [14, 2], [20, 2], [21, 3], [100, 3]].each do |days, level|
    it("sends #{level || "nothing"} after #{days} days") { expect(remind(days).map(&:level)).to eq [level].compact }
  end

  it "goes up level by level, each once" do
    expect([7, 8, 14, 14, 30, 60].map { |days| remind(days).map(&:level) }).to eq [[1], [], [2], [], [3], []]
  end

  [[7, 0], [14, 500], [21, 1000]].each { |days, fee| it("costs #{fee} after #{days} days") { expect(remind(days).first.fee_cents).to eq fee } }

  it "leaves alone what is paid" do
    PaymentBooking.new(invoice, amount_cents: 119_00, on: Date.new(2024, 5, 20)).call
    expect(remind(30)).to be_empty
  end

  it "asks the company for the days" do
    company.settings.find_by!(name: "reminder_days").update!(value: [1, 2, 3])
    expect(remind(2).map(&:level)).to eq [2]
  end
end
