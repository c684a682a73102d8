require "rails_helper"

RSpec.describe Role do
  let(:company) { create(:company) }

  [%w[owner journal.delete yes], %w[accountant journal.delete yes], %w[accountant customers.read no], %w[sales invoices.create yes],
   %w[sales invoices.delete no], %w[sales journal.read no], %w[auditor journal.export yes], %w[auditor journal.update no],
   %w[guest products.read yes], %w[guest invoices.read no]].each do |role, permission, answer|
    it "#{answer == "yes" ? "lets" : "does not let"} the #{role} do #{permission}" do
      expect(company.roles.find_by!(name: role).allows?(permission)).to be(answer == "yes")
    end
  end

  it("allows nothing when new") { expect(create(:role).allows?("invoices.read")).to be false }
  it("has one of a name per company") { expect(build(:role, company: company, name: "owner")).not_to be_valid }

  it "is what a member may do" do
    member = create(:membership, company: company, role: company.roles.find_by!(name: "auditor"))
    expect([member.may?("journal.read"), member.may?("journal.update")]).to eq [true, false]
  end

  it("is needed to do anything") { expect(create(:membership).may?("invoices.read")).to be false }

  it "cannot be given twice to one user" do
    member = create(:membership)
    expect(build(:membership, company: member.company, user: member.user)).not_to be_valid
  end
end
