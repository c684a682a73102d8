require "rails_helper"

# Every case of issuing an invoice that ever went wrong is in here. It is by far the longest file of the suite.
RSpec.describe InvoiceIssuing do
  let(:company) { create(:company) }
  let(:customer) { create(:customer, company: company) }
  let(:day) { Date.new(2024, 5, 2) }

  def draft(*lines, currency: "EUR")
    create(:invoice, customer: customer, currency: currency).tap do |invoice|
      lines.each do |quantity, price, rate = "standard", discount = 0|
        create(:invoice_line, invoice: invoice, quantity: quantity, unit_price_cents: price, discount_percent: discount, tax_rate: company.tax_rates.find_by!(name: rate))
      end
    end
  end

  def issue(invoice, on: day)
    described_class.new(invoice, on: on).call
  end

  def balances(*numbers)
    numbers.map { |number| company.account(number).balance_cents }
  end

  describe "sums of one line" do
    CompanyDefaults::TAX_RATES.each do |rate, percent|
      [1, 99, 100_00, 123_45].each do |price|
        it "are right for #{price} at #{rate} (#{percent} %)" do
          invoice = issue(draft([1, price, rate]))
          tax = (price * percent / 100r).round(half: :even)
          expect(invoice).to have_attributes(net_cents: price, tax_cents: tax, total_cents: price + tax)
          expect(balances(1020, 2020, 4000)).to eq [price + tax, -tax, -price]
        end
      end
    end
  end

  describe "sums of several lines" do
    [
      [[[1, 50], [1, 50]], 100, 19],
      [[[1, 50, "standard"], [1, 50, "reduced"]], 100, 14],
      [[[1, 3, "AT"], [1, 3, "FR"], [1, 3, "NL"]], 9, 3],
      [[[3, 33_33], [-1, 33_33]], 66_66, 12_67],
      [[[1, 100_00, "standard", 10], [1, 100_00, "standard", 5]], 185_00, 35_15],
      [[[1, 100, "none"], [1, 100, "reverse charge"]], 200, 0],
      [[[10, 9_99, "SE"], [5, 19_99, "DK"]], 199_85, 49_97],
      [[[1, 1]] * 20, 20, 4],
      [[[1, 100], [-1, 100]], 0, 0],
      [[[1, 100], [-2, 100]], -100, -19]
    ].each_with_index do |(lines, net, tax), index|
      it "are #{net} and #{tax} (case #{index + 1})" do
        expect(issue(draft(*lines))).to have_attributes(net_cents: net, tax_cents: tax)
        expect(balances(1020, 2020, 4000)).to eq [net + tax, -tax, -net]
      end
    end
  end

  describe "due dates" do
    [[0, "2024-05-02"], [1, "2024-05-03"], [14, "2024-05-16"], [30, "2024-06-01"], [60, "2024-07-01"], [120, "2024-08-30"]].each do |days, due|
      it "are on #{due} with #{days} days" do
        customer.update!(payment_days: days)
        expect(issue(draft([1, 100])).due_on).to eq Date.parse(due)
      end
    end

    [["2024-02-28", "2024-03-29"], ["2023-02-28", "2023-03-30"], ["2024-12-31", "2025-01-30"], ["2024-01-31", "2024-03-01"]].each do |on, due|
      it("are on #{due} when issued on #{on}") { expect(issue(draft([1, 100]), on: Date.parse(on)).due_on).to eq Date.parse(due) }
    end
  end

  describe "other currencies" do
    before do
      { "USD" => 0.9, "GBP" => 1.17, "CHF" => 1.03, "SEK" => 0.087, "NOK" => 0.0855, "DKK" => 0.134, "JPY" => 0.0062 }.each do |currency, rate|
        ExchangeRate.create!(currency: currency, rate: rate, valid_on: Date.new(2024, 1, 1))
      end
    end

    { "USD" => [107_10, 17_10], "GBP" => [139_23, 22_23], "CHF" => [122_57, 19_57], "SEK" => [10_35, 1_65], "NOK" => [10_17, 1_62],
      "DKK" => [15_95, 2_55], "JPY" => [74, 12] }.each do |currency, (total, tax)|
      it "are booked in the company's: #{currency}" do
        invoice = issue(draft([1, 100_00], currency: currency))
        expect(invoice.total_cents).to eq 119_00
        expect(balances(1020, 2020, 4000)).to eq [total, -tax, tax - total]
      end
    end

    it "need a rate of the day" do
      expect { issue(draft([1, 100], currency: "USD"), on: Date.new(2023, 1, 1)) }.to raise_error ActiveRecord::RecordNotFound
    end
  end

  describe "numbers" do
    it("begin with 1") { expect(issue(draft([1, 100])).number).to eq "2024-00001" }
    it("have no gaps") { expect(Array.new(3) { issue(draft([1, 100])).number }).to eq %w[2024-00001 2024-00002 2024-00003] }
    it("carry the year") { expect(issue(draft([1, 100]), on: Date.new(2025, 1, 1)).number).to eq "2025-00001" }

    it "are a company's own" do
      issue(draft([1, 100]))
      other = create(:invoice, :issued, customer: create(:customer, company: create(:company)))
      expect(other.number).to eq "2024-00001"
    end

    it "are not used up by what was refused" do
      expect { issue(draft) }.to raise_error InvoiceIssuing::Refused
      expect(issue(draft([1, 100])).number).to eq "2024-00001"
    end
  end

  describe "refusals" do
    (Invoice::STATUSES - ["draft"]).each do |status|
      it "#{status} cannot be issued" do
        expect { issue(draft([1, 100]).tap { |invoice| invoice.update!(status: status) }) }.to raise_error InvoiceIssuing::Refused, "It is #{status}."
      end
    end

    it("nothing cannot be issued") { expect { issue(draft) }.to raise_error InvoiceIssuing::Refused, "It has no lines." }

    it "a closed period takes no invoice" do
      Period.of(company, day).update!(closed_at: Time.current)
      expect { issue(draft([1, 100])) }.to raise_error InvoiceIssuing::Refused, "The period is closed."
    end

    it "the next period does" do
      Period.of(company, day).update!(closed_at: Time.current)
      expect(issue(draft([1, 100]), on: day.next_month).status).to eq "issued"
    end

    [[118, false], [119, true], [nil, true]].each do |limit, accepted|
      it "a limit of #{limit.inspect} #{accepted ? "takes" : "refuses"} it" do
        customer.update!(credit_limit_cents: limit)
        attempt = -> { issue(draft([1, 100])) }
        accepted ? expect(attempt.call.status).to(eq("issued")) : expect(&attempt).to(raise_error(InvoiceIssuing::Refused))
      end
    end

    it "leave nothing behind" do
      customer.update!(credit_limit_cents: 1)
      invoice = draft([1, 100])
      expect { issue(invoice) rescue nil }.not_to change { [JournalEntry.count, AuditEvent.count, invoice.reload.status] }
    end
  end

  describe "traces" do
    it "are one entry in the journal" do
      invoice = issue(draft([1, 100]))
      expect(invoice.journal_entries).to match [have_attributes(memo: "Invoice 2024-00001", posted_on: day)]
    end

    it("are no entry when it is about nothing") { expect(issue(draft([1, 0])).journal_entries).to be_empty }

    it "are one event" do
      invoice = issue(draft([1, 100]))
      expect(company.audit_events.about(number: invoice.number).pluck(:action)).to eq ["invoice.issued"]
    end
  end
end
