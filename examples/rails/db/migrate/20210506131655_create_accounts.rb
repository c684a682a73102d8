class CreateAccounts < ActiveRecord::Migration[6.1]
  def change
    create_table :accounts do |t|
      t.references :company, null: false, foreign_key: true
      t.string :number, null: false
      t.string :name, null: false
      t.timestamps
    end
  end
end
