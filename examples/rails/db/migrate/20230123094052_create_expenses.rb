class CreateExpenses < ActiveRecord::Migration[6.1]
  def change
    create_table :expenses do |t|
      t.references :company, null: false, foreign_key: true
      t.references :supplier, null: false, foreign_key: true
      t.references :account, null: false, foreign_key: true
      t.bigint :amount_cents, null: false
      t.date :spent_on, null: false
      t.timestamps
    end
  end
end
