class AddIssuedOnToInvoices < ActiveRecord::Migration[6.1]
  def change
    add_column :invoices, :issued_on, :date
  end
end
