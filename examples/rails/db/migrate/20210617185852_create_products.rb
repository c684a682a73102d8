class CreateProducts < ActiveRecord::Migration[6.1]
  def change
    create_table :products do |t|
      t.references :company, null: false, foreign_key: true
      t.string :name, null: false
      t.bigint :price_cents, null: false, default: 0
      t.timestamps
    end
  end
end
