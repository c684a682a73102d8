class Product < ApplicationRecord
  belongs_to :company
  belongs_to :tax_rate
  validates :name, presence: true
  validates :sku, uniqueness: { scope: :company_id }, allow_nil: true
  validates :price_cents, numericality: { greater_than_or_equal_to: 0 }
end
