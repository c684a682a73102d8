class AddAccountToInvoiceLines < ActiveRecord::Migration[6.1]
  def change
    add_reference :invoice_lines, :account, foreign_key: true
  end
end
