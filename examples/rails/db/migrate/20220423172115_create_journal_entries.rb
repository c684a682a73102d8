class CreateJournalEntries < ActiveRecord::Migration[6.1]
  def change
    create_table :journal_entries do |t|
      t.references :company, null: false, foreign_key: true
      t.date :posted_on, null: false
      t.string :memo
      t.timestamps
    end
  end
end
