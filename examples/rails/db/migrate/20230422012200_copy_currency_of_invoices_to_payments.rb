class CopyCurrencyOfInvoicesToPayments < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE payments SET currency = invoices.currency FROM invoices WHERE invoices.id = payments.invoice_id
    SQL
  end

  def down
    # The old values are still right.
  end
end
