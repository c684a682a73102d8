class JournalEntry < ApplicationRecord
  belongs_to :company
  belongs_to :invoice, optional: true
  belongs_to :period, optional: true
  has_many :lines, class_name: "JournalLine", dependent: :destroy

  validate :debits_equal_credits
  validate :period_is_open

  private

  def debits_equal_credits
    errors.add(:lines, "do not balance") unless lines.sum(&:debit_cents) == lines.sum(&:credit_cents)
  end

  def period_is_open
    errors.add(:period, "is closed") if period&.closed?
  end
end
