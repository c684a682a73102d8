class AddTaxRateToInvoiceLines < ActiveRecord::Migration[6.1]
  def change
    add_reference :invoice_lines, :tax_rate, foreign_key: true
  end
end
