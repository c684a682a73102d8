class CreateExchangeRates < ActiveRecord::Migration[6.1]
  def change
    create_table :exchange_rates do |t|
      t.string :currency, null: false
      t.decimal :rate, precision: 14, scale: 6, null: false
      t.date :valid_on, null: false
    end
  end
end
