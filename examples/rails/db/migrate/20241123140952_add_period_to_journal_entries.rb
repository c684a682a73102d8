class AddPeriodToJournalEntries < ActiveRecord::Migration[6.1]
  def change
    add_reference :journal_entries, :period, foreign_key: true
  end
end
