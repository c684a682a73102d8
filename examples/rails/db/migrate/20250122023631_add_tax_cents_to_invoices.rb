class AddTaxCentsToInvoices < ActiveRecord::Migration[6.1]
  def change
    add_column :invoices, :tax_cents, :bigint, null: false, default: 0
  end
end
