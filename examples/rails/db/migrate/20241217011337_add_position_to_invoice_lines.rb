class AddPositionToInvoiceLines < ActiveRecord::Migration[6.1]
  def change
    add_column :invoice_lines, :position, :integer, null: false, default: 0
  end
end
