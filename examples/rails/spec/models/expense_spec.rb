require "rails_helper"

RSpec.describe Expense do
  [1, 500_00].each { |cents| it("of #{cents} needs no approval") { expect(create(:expense, amount_cents: cents)).to be_approved } }
  [500_01, 10_000_00].each { |cents| it("of #{cents} needs approval") { expect(create(:expense, amount_cents: cents)).not_to be_approved } }
  [0, -1, nil].each { |cents| it("cannot be of #{cents.inspect}") { expect(build(:expense, amount_cents: cents)).not_to be_valid } }

  it "is approved by somebody, at some time" do
    expense = create(:expense, amount_cents: 600_00)
    user = create(:user)
    expense.approve(user, at: Time.utc(2024, 5, 3))
    expect(expense.reload).to have_attributes(approver: user, approved_at: Time.utc(2024, 5, 3), approved?: true)
  end

  [[5000, true], [5014, true], [1000, false], [2000, false], [4000, false]].each do |number, fits|
    it "#{fits ? "is" : "is not"} booked to account #{number}" do
      supplier = create(:supplier)
      expect(build(:expense, supplier: supplier, account: supplier.company.account(number)).valid?).to be fits
    end
  end
end
