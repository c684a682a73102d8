class AddCurrencyToInvoices < ActiveRecord::Migration[6.1]
  def change
    add_column :invoices, :currency, :string
  end
end
