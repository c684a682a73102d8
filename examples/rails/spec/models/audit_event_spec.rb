require "rails_helper"

RSpec.describe AuditEvent do
  let(:company) { create(:company) }

  before do
    company.audit_events.create!(action: "invoice.issued", details: { number: "1", customer: { id: 7 } })
    company.audit_events.create!(action: "invoice.issued", details: { number: "2", tags: %w[a b] })
  end

  [[{ number: "1" }, 1], [{ customer: { id: 7 } }, 1], [{ tags: ["a"] }, 1], [{ tags: %w[b a] }, 1], [{}, 2], [{ number: "3" }, 0], [{ tags: ["c"] }, 0]].each do |details, count|
    it("finds #{count} by #{details}") { expect(company.audit_events.about(details).count).to eq count }
  end

  it("needs an action") { expect(company.audit_events.new(action: "")).not_to be_valid }
end
