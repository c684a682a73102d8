class IndexInvoicesOnStatus < ActiveRecord::Migration[6.1]
  def change
    add_index :invoices, :status
  end
end
