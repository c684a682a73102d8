require "rails_helper"

RSpec.describe Currency do
  [["EUR", 1234, "12.34"], ["EUR", 5, "0.05"], ["USD", -250, "-2.50"], ["CHF", 0, "0.00"], ["JPY", 1234, "1234"], ["SEK", 100, "1.00"]].each do |code, cents, text|
    it("writes #{cents} of #{code} as #{text}") { expect(described_class.find_by!(code: code).format(cents)).to eq text }
  end

  it("knows eight of them") { expect(described_class.count).to eq 8 }
  it("knows seventeen countries") { expect(Country.count).to eq 17 }
  it("knows thirty permissions") { expect(Permission.count).to eq 30 }

  describe ExchangeRate do
    before do
      described_class.create!(currency: "USD", rate: 0.9, valid_on: Date.new(2024, 1, 1))
      described_class.create!(currency: "USD", rate: 0.8, valid_on: Date.new(2024, 2, 1))
      described_class.create!(currency: "GBP", rate: 1.2, valid_on: Date.new(2024, 1, 1))
    end

    [["USD", "EUR", "2024-01-01", 1000, 900], ["USD", "EUR", "2024-01-31", 1000, 900], ["USD", "EUR", "2024-02-01", 1000, 800],
     ["EUR", "USD", "2024-03-01", 1000, 1250], ["GBP", "USD", "2024-01-15", 300, 400], ["EUR", "EUR", "2020-01-01", 7, 7],
     ["USD", "EUR", "2024-02-01", 1, 1], ["GBP", "EUR", "2024-02-01", -100, -120]].each do |from, to, date, cents, result|
      it "turns #{cents} #{from} into #{result} #{to} on #{date}" do
        expect(described_class.convert(cents, from: from, to: to, on: Date.parse(date))).to eq result
      end
    end

    it("has none before the first") { expect { described_class.at("USD", Date.new(2023, 12, 31)) }.to raise_error ActiveRecord::RecordNotFound }
    it("has one a day") { expect { described_class.create!(currency: "GBP", rate: 1, valid_on: Date.new(2024, 1, 1)) }.to raise_error ActiveRecord::RecordNotUnique }
    it("has none of an unknown currency") { expect { described_class.create!(currency: "XXX", rate: 1, valid_on: Date.new(2024, 1, 1)) }.to raise_error ActiveRecord::InvalidForeignKey }
  end
end
