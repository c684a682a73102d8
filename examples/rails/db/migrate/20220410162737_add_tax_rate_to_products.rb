class AddTaxRateToProducts < ActiveRecord::Migration[6.1]
  def change
    add_reference :products, :tax_rate, foreign_key: true
  end
end
