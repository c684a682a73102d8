class AddPriceListToCustomers < ActiveRecord::Migration[6.1]
  def change
    add_reference :customers, :price_list, foreign_key: true
  end
end
