# Makes a draft final: number, dates, sums, and the entry in the journal.
class InvoiceIssuing
  class Refused < StandardError; end

  RECEIVABLES = "1020"
  SALES = "4000"
  TAX = "2020"

  def initialize(invoice, on:)
    @invoice = invoice
    @company = invoice.company
    @on = on
  end

  def call
    Invoice.transaction do
      refuse_what_is_not_ready
      @invoice.update!(sums.merge(number: next_number, status: "issued", issued_on: @on, due_on: @on + @invoice.customer.payment_days))
      post unless @invoice.total_cents.zero?
      @company.audit_events.create!(action: "invoice.issued", details: { number: @invoice.number, total: @invoice.total_cents })
    end
    @invoice
  end

  private

  def refuse_what_is_not_ready
    raise Refused, "It is #{@invoice.status}." unless @invoice.draft?
    raise Refused, "It has no lines." if @invoice.lines.empty?
    raise Refused, "The period is closed." if Period.of(@company, @on).closed?
    raise Refused, "The customer is over the credit limit." unless @invoice.customer.within_credit_limit?(sums.values.sum)
  end

  # Tax is rounded once per rate, not per line.
  def sums
    @sums ||= begin
      by_rate = @invoice.lines.includes(:tax_rate).group_by(&:tax_rate).transform_values { |lines| lines.sum(&:net_cents) }
      { net_cents: by_rate.values.sum, tax_cents: by_rate.sum { |rate, net| rate.tax_on(net) } }
    end
  end

  def next_number
    number = @company.number_sequences.find_by!(name: "invoice").take
    format("%d-%05d", @on.year, number)
  end

  def post
    entry = @company.journal_entries.build(invoice: @invoice, posted_on: @on, memo: "Invoice #{@invoice.number}", period: Period.of(@company, @on))
    add entry, RECEIVABLES, in_company_currency(@invoice.total_cents)
    add entry, TAX, -in_company_currency(@invoice.tax_cents)
    add entry, SALES, -entry.lines.sum { |line| line.debit_cents - line.credit_cents }
    entry.save!
  end

  # Positive is debit. An entry of nothing is no entry.
  def add(entry, number, cents)
    return if cents.zero?

    entry.lines.build(account: @company.account(number), debit_cents: [cents, 0].max, credit_cents: [-cents, 0].max)
  end

  def in_company_currency(cents)
    return cents if @invoice.currency == @company.currency

    ExchangeRate.convert(cents, from: @invoice.currency, to: @company.currency, on: @on)
  end
end
