class IndexExchangeRatesOnCurrencyAndValidOn < ActiveRecord::Migration[6.1]
  def change
    add_index :exchange_rates, %i[currency valid_on], unique: true
  end
end
