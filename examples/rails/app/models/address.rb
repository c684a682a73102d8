class Address < ApplicationRecord
  belongs_to :customer
  validates :street, :city, :postal_code, presence: true
  validates :kind, inclusion: { in: %w[billing delivery] }
  validates :country, inclusion: { in: ->(_) { Country.pluck(:code) } }
end
