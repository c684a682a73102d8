require "rails_helper"

RSpec.describe InvoiceLine do
  [[1, 100, 0, 100], [3, 100, 0, 300], [1, 100, 50, 50], [1, 1, 50, 0], [1, 3, 50, 2], [7, 333, 10, 2098], [-1, 100, 0, -100],
   [2, 0, 0, 0], [1, 100, 100, 0], [1000, 99_999, 2.5, 97_499_025], [1, 5, 10, 4], [1, 15, 10, 14]].each do |quantity, price, discount, net|
    it "is #{net} for #{quantity} at #{price} less #{discount} %" do
      expect(described_class.new(quantity: quantity, unit_price_cents: price, discount_percent: discount).net_cents).to eq net
    end
  end

  [-1, 101].each { |percent| it("has no discount of #{percent} %") { expect(build(:invoice_line, discount_percent: percent)).not_to be_valid } }
  it("is not of nothing") { expect(build(:invoice_line, quantity: 0)).not_to be_valid }
  it("says what it is for") { expect(build(:invoice_line, description: "")).not_to be_valid }
end
