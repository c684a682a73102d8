class AddDiscountPercentToInvoiceLines < ActiveRecord::Migration[6.1]
  def change
    add_column :invoice_lines, :discount_percent, :decimal, precision: 5, scale: 2, null: false, default: 0
  end
end
