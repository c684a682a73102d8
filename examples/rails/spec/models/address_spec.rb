require "rails_helper"

RSpec.describe Address do
  %w[AT CH DE US NO].each { |country| it("may be in #{country}") { expect(create(:address, country: country)).to be_persisted } }
  ["XX", "at", "", nil].each { |country| it("cannot be in #{country.inspect}") { expect(build(:address, country: country)).not_to be_valid } }
  %i[street city postal_code].each { |part| it("needs a #{part}") { expect(build(:address, part => "")).not_to be_valid } }
  %w[billing delivery].each { |kind| it("may be for #{kind}") { expect(build(:address, kind: kind)).to be_valid } }
  it("is for nothing else") { expect(build(:address, kind: "holiday")).not_to be_valid }

  it "goes with its customer" do
    address = create(:address)
    expect { address.customer.destroy! }.to change(described_class, :count).by(-1)
  end

  it "is kept to known countries by the database, too" do
    expect { create(:address).update_column(:country, "XX") }.to raise_error ActiveRecord::InvalidForeignKey
  end
end
