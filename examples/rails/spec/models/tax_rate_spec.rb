require "rails_helper"

RSpec.describe TaxRate do
  [[19, 100, 19], [19, 50, 10], [7, 50, 4], [7, 150, 10], [0, 999, 0], [20, 1, 0], [20, 3, 1], [2.5, 20, 0], [2.5, 60, 2],
   [19, -100, -19], [19, -50, -10], [25, 2, 0], [25, 6, 2], [5.5, 1000, 55], [99.99, 100, 100]].each do |percent, net, tax|
    it("takes #{tax} of #{net} at #{percent} %") { expect(build_stubbed(:tax_rate, company: Company.new, percent: percent).tax_on(net)).to eq tax }
  end

  [-1, 100, 250, nil].each { |percent| it("refuses #{percent.inspect} %") { expect(build(:tax_rate, percent: percent)).not_to be_valid } }
  [0, 0.5, 99.99].each { |percent| it("accepts #{percent} %") { expect(build(:tax_rate, percent: percent)).to be_valid } }
  it("has one of a name per company") { expect(build(:tax_rate, name: "standard")).not_to be_valid }
end
