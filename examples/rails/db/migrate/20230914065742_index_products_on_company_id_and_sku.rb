class IndexProductsOnCompanyIdAndSku < ActiveRecord::Migration[6.1]
  def change
    add_index :products, %i[company_id sku], unique: true
  end
end
