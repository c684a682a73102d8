class AddNetCentsToInvoices < ActiveRecord::Migration[6.1]
  def change
    add_column :invoices, :net_cents, :bigint, null: false, default: 0
  end
end
