class InvoiceLine < ApplicationRecord
  belongs_to :invoice
  belongs_to :tax_rate
  belongs_to :account, optional: true

  validates :description, presence: true
  validates :quantity, numericality: { other_than: 0 }
  validates :discount_percent, inclusion: { in: 0..100 }

  def net_cents
    (quantity * unit_price_cents * (100 - discount_percent) / 100).round(half: :even).to_i
  end
end
