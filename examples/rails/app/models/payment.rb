class Payment < ApplicationRecord
  belongs_to :invoice
  validates :amount_cents, numericality: { other_than: 0 }
  before_validation { self.currency ||= invoice&.currency }
end
