class AddVatNumberToCustomers < ActiveRecord::Migration[6.1]
  def change
    add_column :customers, :vat_number, :string
  end
end
