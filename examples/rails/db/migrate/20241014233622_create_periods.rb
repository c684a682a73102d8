class CreatePeriods < ActiveRecord::Migration[6.1]
  def change
    create_table :periods do |t|
      t.references :company, null: false, foreign_key: true
      t.integer :year, null: false
      t.integer :month, null: false
      t.timestamps
    end
  end
end
