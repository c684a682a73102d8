require "rails_helper"

RSpec.describe Product do
  [0, 1, 10**9].each { |cents| it("may cost #{cents}") { expect(build(:product, price_cents: cents)).to be_valid } }
  [-1, nil].each { |cents| it("cannot cost #{cents.inspect}") { expect(build(:product, price_cents: cents)).not_to be_valid } }
  it("needs a name") { expect(build(:product, name: " ")).not_to be_valid }

  it "has a number of its own, per company" do
    own = create(:product, sku: "P1")
    expect(build(:product, company: own.company, sku: "P1")).not_to be_valid
    expect(build(:product, company: create(:company), sku: "P1")).to be_valid
  end

  it "may lack a number, more than once" do
    own = create(:product, sku: nil)
    expect(build(:product, company: own.company, sku: nil)).to be_valid
  end
end
