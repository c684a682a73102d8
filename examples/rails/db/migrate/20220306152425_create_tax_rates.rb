class CreateTaxRates < ActiveRecord::Migration[6.1]
  def change
    create_table :tax_rates do |t|
      t.references :company, null: false, foreign_key: true
      t.string :name, null: false
      t.decimal :percent, precision: 5, scale: 2, null: false
      t.timestamps
    end
  end
end
