class TaxRate < ApplicationRecord
  belongs_to :company
  validates :name, presence: true, uniqueness: { scope: :company_id }
  validates :percent, numericality: { greater_than_or_equal_to: 0, less_than: 100 }

  # Half a cent rounds to the even one.
  def tax_on(net_cents)
    (net_cents * percent / 100).round(half: :even).to_i
  end
end
