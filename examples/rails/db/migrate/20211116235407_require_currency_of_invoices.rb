class RequireCurrencyOfInvoices < ActiveRecord::Migration[6.1]
  def up
    change_column_null :invoices, :currency, false
  end

  def down
    change_column_null :invoices, :currency, true
  end
end
