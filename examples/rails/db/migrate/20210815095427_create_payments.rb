class CreatePayments < ActiveRecord::Migration[6.1]
  def change
    create_table :payments do |t|
      t.references :invoice, null: false, foreign_key: true
      t.bigint :amount_cents, null: false
      t.date :received_on, null: false
      t.timestamps
    end
  end
end
