# Reminds of overdue invoices: three levels, each some days after the invoice was due, each with its fee.
class Dunning
  def initialize(company, today:)
    @company = company
    @today = today
    @days = company.setting("reminder_days")
    @fees = company.setting("reminder_fees_cents")
  end

  def call
    @company.invoices.overdue(@today).filter_map { |invoice| remind(invoice) }
  end

  private

  def remind(invoice)
    level = @days.count { |days| @today >= invoice.due_on + days }
    return if level.zero? || invoice.reminders.exists?(["level >= ?", level])

    invoice.reminders.create!(level: level, sent_on: @today, fee_cents: @fees[level - 1])
  end
end
