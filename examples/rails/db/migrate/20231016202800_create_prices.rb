class CreatePrices < ActiveRecord::Migration[6.1]
  def change
    create_table :prices do |t|
      t.references :price_list, null: false, foreign_key: true
      t.references :product, null: false, foreign_key: true
      t.bigint :amount_cents, null: false
      t.timestamps
    end
  end
end
