class Invoice < ApplicationRecord
  STATUSES = %w[draft issued paid cancelled].freeze

  belongs_to :company
  belongs_to :customer
  has_many :lines, -> { order(:position, :id) }, class_name: "InvoiceLine", inverse_of: :invoice, dependent: :destroy
  has_many :payments, dependent: :destroy
  has_many :reminders, dependent: :destroy
  has_many :journal_entries

  STATUSES.each { |status| scope status, -> { where(status: status) } }
  scope :overdue, ->(today) { issued.where("due_on < ?", today) }

  validates :status, inclusion: { in: STATUSES }
  validates :currency, presence: true
  validate :customer_is_of_the_same_company

  def total_cents
    net_cents + tax_cents
  end

  def open_cents
    total_cents - payments.sum(:amount_cents)
  end

  def draft?
    status == "draft"
  end

  private

  def customer_is_of_the_same_company
    errors.add(:customer, :invalid) if customer && customer.company_id != company_id
  end
end
