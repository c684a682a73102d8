class CreateReminders < ActiveRecord::Migration[6.1]
  def change
    create_table :reminders do |t|
      t.references :invoice, null: false, foreign_key: true
      t.integer :level, null: false
      t.date :sent_on, null: false
      t.timestamps
    end
  end
end
