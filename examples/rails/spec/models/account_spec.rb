require "rails_helper"

RSpec.describe Account do
  { "1900" => "asset", "2900" => "liability", "3900" => "equity", "4900" => "income", "5900" => "expense" }.each do |number, kind|
    it("is of kind #{kind} as #{number}") { expect(create(:account, number: number).kind).to eq kind }
  end

  ["0100", "6000", "100", "10000", "1a00", ""].each do |number|
    it("refuses the number #{number.inspect}") { expect(build(:account, number: number)).not_to be_valid }
  end

  it("has one row per number and company") { expect(build(:account, number: "1000")).not_to be_valid }

  it "may have the number of another company's account" do
    own = create(:account, number: "1950")
    expect(build(:account, company: create(:company), number: own.number)).to be_valid
  end

  describe "its balance" do
    let(:company) { create(:company) }

    def post(debit, credit, cents)
      entry = build(:journal_entry, company: company)
      entry.lines.build(account: company.account(debit), debit_cents: cents)
      entry.lines.build(account: company.account(credit), credit_cents: cents)
      entry.save!
    end

    it("is zero at first") { expect(company.account(1000).balance_cents).to eq 0 }

    [[1], [1, 2, 3], [999_99, 1], [10**12]].each do |amounts|
      it "is the sum of #{amounts.join(" and ")}" do
        amounts.each { |cents| post(1000, 4000, cents) }
        expect(company.account(1000).balance_cents).to eq amounts.sum
        expect(company.account(4000).balance_cents).to eq(-amounts.sum)
      end
    end

    it "goes both ways" do
      post(1000, 4000, 500)
      post(5000, 1000, 200)
      expect(company.account(1000).balance_cents).to eq 300
    end
  end
end
