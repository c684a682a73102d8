require "rails_helper"

RSpec.describe PaymentBooking do
  let(:invoice) { create(:invoice, :issued) }

  def pay(cents)
    described_class.new(invoice, amount_cents: cents, on: Date.new(2024, 5, 20), reference: "R1").call
  end

  [[[119_00], "paid"], [[118_99], "issued"], [[100_00, 19_00], "paid"], [[1, 1, 1], "issued"], [[119_01 - 1], "paid"]].each do |amounts, status|
    it "leaves it #{status} after #{amounts.join(" and ")}" do
      amounts.each { |cents| pay(cents) }
      expect(invoice.reload).to have_attributes(status: status, open_cents: 119_00 - amounts.sum)
      expect(invoice.company.account(1010).balance_cents).to eq amounts.sum
      expect(invoice.company.account(1020).balance_cents).to eq 119_00 - amounts.sum
    end
  end

  it("refuses more than what is open") { expect { pay(119_01) }.to raise_error PaymentBooking::Refused }

  it "refuses what is paid" do
    pay(119_00)
    expect { pay(1) }.to raise_error PaymentBooking::Refused, "It is paid."
  end

  it "keeps reference, day and currency" do
    expect(pay(100)).to have_attributes(reference: "R1", received_on: Date.new(2024, 5, 20), currency: "EUR")
  end

  it "gives money back" do
    pay(100)
    pay(-100)
    expect(invoice.open_cents).to eq 119_00
  end
end
