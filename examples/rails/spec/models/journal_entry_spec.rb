require "rails_helper"

RSpec.describe JournalEntry do
  let(:company) { create(:company) }

  def entry(*amounts, **attributes)
    build(:journal_entry, company: company, **attributes).tap do |entry|
      amounts.each { |number, cents| entry.lines.build(account: company.account(number), debit_cents: [cents, 0].max, credit_cents: [-cents, 0].max) }
    end
  end

  [[[1000, 100], [4000, -100]], [[1000, 119], [4000, -100], [2020, -19]], [[1000, 1], [1010, 2], [4000, -3]]].each do |lines|
    it("accepts #{lines.map(&:last).join(", ")}") { expect(entry(*lines)).to be_valid }
  end

  [[[1000, 100]], [[1000, 100], [4000, -99]], [[4000, -1]]].each do |lines|
    it("refuses #{lines.map(&:last).join(", ")}") { expect(entry(*lines)).not_to be_valid }
  end

  it "is not posted into a closed period" do
    period = Period.of(company, Date.new(2024, 4, 1))
    period.update!(closed_at: Time.current)
    expect(entry([1000, 1], [4000, -1], period: period)).not_to be_valid
  end

  it "finds a period again" do
    expect(Period.of(company, Date.new(2024, 4, 1))).to eq Period.of(company, Date.new(2024, 4, 30))
  end

  [[0, 0, "one_side"], [5, 5, "one_side"], [-5, 0, "positive"]].each do |debit, credit, check|
    it "leaves no line of #{debit} and #{credit} in the database" do
      saved = entry([1000, 1], [4000, -1]).tap(&:save!)
      expect { saved.lines.first.update_columns(debit_cents: debit, credit_cents: credit) }.to raise_error ActiveRecord::StatementInvalid, /journal_lines_#{check}/
    end
  end
end
