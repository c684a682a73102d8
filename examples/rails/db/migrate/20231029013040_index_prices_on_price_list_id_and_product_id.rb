class IndexPricesOnPriceListIdAndProductId < ActiveRecord::Migration[6.1]
  def change
    add_index :prices, %i[price_list_id product_id], unique: true
  end
end
