class IndexRemindersOnInvoiceIdAndLevel < ActiveRecord::Migration[6.1]
  def change
    add_index :reminders, %i[invoice_id level], unique: true
  end
end
