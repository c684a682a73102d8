# Books money that came in for an invoice; what is paid in full is closed.
class PaymentBooking
  class Refused < StandardError; end

  BANK = "1010"

  def initialize(invoice, amount_cents:, on:, reference: nil)
    @invoice = invoice
    @amount_cents = amount_cents
    @on = on
    @reference = reference
  end

  def call
    @invoice.with_lock do
      raise Refused, "It is #{@invoice.status}." unless @invoice.status == "issued"
      raise Refused, "It is more than what is open." if @amount_cents > @invoice.open_cents

      payment = @invoice.payments.create!(amount_cents: @amount_cents, received_on: @on, reference: @reference)
      post
      @invoice.update!(status: "paid") if @invoice.open_cents.zero?
      payment
    end
  end

  private

  def post
    company = @invoice.company
    entry = company.journal_entries.build(invoice: @invoice, posted_on: @on, memo: "Payment #{@invoice.number}")
    # Money that is given back goes the other way.
    accounts = [company.account(BANK), company.account(InvoiceIssuing::RECEIVABLES)]
    to, from = @amount_cents.positive? ? accounts : accounts.reverse
    entry.lines.build(account: to, debit_cents: @amount_cents.abs)
    entry.lines.build(account: from, credit_cents: @amount_cents.abs)
    entry.save!
  end
end
