require "rails_helper"

RSpec.describe Invoice do
  let(:company) { create(:company) }
  let(:customer) { create(:customer, company: company) }

  Invoice::STATUSES.each { |status| it("may be #{status}") { expect(build(:invoice, customer: customer, status: status)).to be_valid } }
  ["", "sent", nil].each { |status| it("cannot be #{status.inspect}") { expect(build(:invoice, customer: customer, status: status)).not_to be_valid } }
  it("is a draft at first") { expect(create(:invoice)).to be_draft }
  it("takes the currency of the company") { expect(create(:invoice).currency).to eq "EUR" }
  it("needs a currency") { expect(build(:invoice, currency: "")).not_to be_valid }
  it("is not for another company's customer") { expect(build(:invoice, company: create(:company), customer: customer)).not_to be_valid }

  it "orders its lines by position" do
    invoice = create(:invoice)
    second = create(:invoice_line, invoice: invoice, position: 2)
    first = create(:invoice_line, invoice: invoice, position: 1)
    expect(invoice.lines).to eq [first, second]
  end

  [["2024-05-31", 0], ["2024-06-01", 0], ["2024-06-02", 1]].each do |today, count|
    it "knows #{count} overdue on #{today}" do
      create(:invoice, :issued)
      create(:invoice, :with_line)
      expect(described_class.overdue(Date.parse(today)).count).to eq count
    end
  end
end
