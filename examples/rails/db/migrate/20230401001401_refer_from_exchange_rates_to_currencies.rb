class ReferFromExchangeRatesToCurrencies < ActiveRecord::Migration[6.1]
  def change
    add_foreign_key :exchange_rates, :currencies, column: :currency, primary_key: :code
  end
end
