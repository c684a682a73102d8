class AddDueOnToInvoices < ActiveRecord::Migration[6.1]
  def change
    add_column :invoices, :due_on, :date
  end
end
