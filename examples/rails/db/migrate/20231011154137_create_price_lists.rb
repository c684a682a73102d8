class CreatePriceLists < ActiveRecord::Migration[6.1]
  def change
    create_table :price_lists do |t|
      t.references :company, null: false, foreign_key: true
      t.string :name, null: false
      t.string :currency, null: false
      t.timestamps
    end
  end
end
