# What one unit of a currency is worth in EUR since a day.
class ExchangeRate < ApplicationRecord
  validates :rate, numericality: { greater_than: 0 }

  def self.at(currency, date)
    return 1.to_d if currency == "EUR"

    where(currency: currency).where("valid_on <= ?", date).order(valid_on: :desc).first!.rate
  end

  def self.convert(cents, from:, to:, on:)
    (cents * at(from, on) / at(to, on)).round(half: :even).to_i
  end
end
