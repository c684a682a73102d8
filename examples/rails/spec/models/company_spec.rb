require "rails_helper"

RSpec.describe Company do
  describe "what it begins with" do
    subject(:company) { create(:company) }

    it { expect(company.accounts.count).to eq 225 }
    it { expect(company.tax_rates.count).to eq 10 }
    it { expect(company.roles.count).to eq 5 }
    it { expect(company.number_sequences.pluck(:next_value)).to all eq 1 }
    it { expect(company.setting("reminder_days")).to eq [7, 14, 21] }
    it { expect(company.account(1020).name).to eq "Receivables domestic" }
    it { expect { company.account(1999) }.to raise_error ActiveRecord::RecordNotFound }

    { "asset" => 50, "liability" => 50, "equity" => 25, "income" => 50, "expense" => 50 }.each do |kind, count|
      it("has #{count} accounts of kind #{kind}") { expect(company.accounts.where(kind: kind).count).to eq count }
    end

    { "owner" => 30, "accountant" => 20, "sales" => 9, "auditor" => 12, "guest" => 2 }.each do |role, count|
      it("grants #{count} permissions to the #{role}") { expect(company.roles.find_by!(name: role).permissions.count).to eq count }
    end
  end

  it "is one more row, with its own defaults" do
    expect { create(:company, name: "Own") }.to change(described_class, :count).by(1).and change(Account, :count).by(225)
  end

  it "is another one each time within one example" do
    first, second, third = Array.new(3) { create(:company) }
    expect([first, second, third].map(&:id).uniq.size).to eq 3
    expect(first.accounts.ids & second.accounts.ids).to be_empty
    expect(third.accounts.count).to eq 225
  end

  it "keeps no change of an earlier example (1)" do
    company = create(:company)
    expect(company.legal_name).to be_nil
    company.update!(legal_name: "Changed")
  end

  it "keeps no change of an earlier example (2)" do
    company = create(:company)
    expect(company.legal_name).to be_nil
    company.update!(legal_name: "Changed")
  end

  it("needs a name") { expect(build(:company, name: "")).not_to be_valid }

  [0, 13, -1].each { |month| it("has no fiscal year from month #{month}") { expect(build(:company, fiscal_year_start: month)).not_to be_valid } }
  [1, 4, 12].each { |month| it("may have a fiscal year from month #{month}") { expect(build(:company, fiscal_year_start: month)).to be_valid } }

  it "is also protected by the database" do
    expect { create(:company).update_column(:fiscal_year_start, 13) }.to raise_error ActiveRecord::StatementInvalid, /companies_fiscal_year/
  end
end
