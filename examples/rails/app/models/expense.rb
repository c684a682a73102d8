class Expense < ApplicationRecord
  LIMIT_WITHOUT_APPROVAL = 50_000

  belongs_to :company
  belongs_to :supplier
  belongs_to :account
  belongs_to :approver, class_name: "User", optional: true
  validates :amount_cents, numericality: { greater_than: 0 }
  validate :account_takes_expenses

  def approved?
    approved_at.present? || amount_cents <= LIMIT_WITHOUT_APPROVAL
  end

  def approve(user, at: Time.current)
    update!(approver: user, approved_at: at)
  end

  private

  def account_takes_expenses
    errors.add(:account, :invalid) if account && account.kind != "expense"
  end
end
