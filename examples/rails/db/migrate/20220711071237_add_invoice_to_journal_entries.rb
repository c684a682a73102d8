class AddInvoiceToJournalEntries < ActiveRecord::Migration[6.1]
  def change
    add_reference :journal_entries, :invoice, foreign_key: true
  end
end
