require "rails_helper"

RSpec.describe Customer do
  %w[DE123456789 ATU12345678 FRAB123456789 NL123456789B01].each { |number| it("accepts #{number}") { expect(build(:customer, vat_number: number)).to be_valid } }
  ["DE12345678", "AT12345678", "XX123456789", "FR1", "", "NL123456789X01"].each { |number| it("refuses #{number.inspect}") { expect(build(:customer, vat_number: number)).not_to be_valid } }
  [0, 30, 120].each { |days| it("may have #{days} days to pay") { expect(build(:customer, payment_days: days)).to be_valid } }
  [-1, 121, nil].each { |days| it("may not have #{days.inspect} days to pay") { expect(build(:customer, payment_days: days)).not_to be_valid } }
  it("needs a name") { expect(build(:customer, name: nil)).not_to be_valid }
  it("may lack an email") { expect(build(:customer, email: nil)).to be_valid }
  it("has no half an email") { expect(build(:customer, email: "half@")).not_to be_valid }

  it "is not active once archived" do
    kept, archived = create(:customer), create(:customer, archived_at: Time.current)
    expect(described_class.active).to include(kept)
    expect(described_class.active).not_to include(archived)
  end

  describe "what is open" do
    let(:customer) { create(:customer) }

    it("is nothing at first") { expect(customer.open_cents).to eq 0 }

    it "is what was issued and not paid" do
      create(:invoice, :with_line, customer: customer)
      invoice = create(:invoice, :issued, customer: customer)
      expect(customer.open_cents).to eq 119_00
      create(:payment, invoice: invoice, amount_cents: 19_00)
      expect(customer.open_cents).to eq 100_00
    end

    [[nil, true], [119_00, true], [118_99, false], [0, false]].each do |limit, fits|
      it "#{fits ? "fits" : "does not fit"} into a limit of #{limit.inspect}" do
        customer.update!(credit_limit_cents: limit)
        expect(customer.within_credit_limit?(119_00)).to be fits
      end
    end
  end
end
