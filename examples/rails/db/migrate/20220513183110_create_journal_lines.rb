class CreateJournalLines < ActiveRecord::Migration[6.1]
  def change
    create_table :journal_lines do |t|
      t.references :journal_entry, null: false, foreign_key: true
      t.references :account, null: false, foreign_key: true
      t.bigint :debit_cents, null: false, default: 0
      t.bigint :credit_cents, null: false, default: 0
    end
  end
end
