require "rails_helper"

RSpec.describe User do
  ["a@b.c", "first.last+tag@example.test", " padded@example.test "].each { |email| it("accepts #{email.inspect}") { expect(build(:user, email: email)).to be_valid } }
  ["", "nobody", "a b@c.d", "@b.c", nil].each { |email| it("refuses #{email.inspect}") { expect(build(:user, email: email)).not_to be_valid } }
  [["Ada", "Byron", "Ada Byron"], ["Ada", nil, "Ada"], [nil, "Byron", "Byron"], [nil, nil, ""]].each do |first, last, name|
    it("is called #{name.inspect}") { expect(build(:user, first_name: first, last_name: last).name).to eq name }
  end

  it "has an email of its own, whatever the case" do
    create(:user, email: "one@example.test")
    expect(build(:user, email: "ONE@example.test")).not_to be_valid
    expect(described_class.find_by(email: "One@Example.Test")).to be_present
  end

  it("has a known time zone") { expect(build(:user, time_zone: "Mars")).not_to be_valid }
end
