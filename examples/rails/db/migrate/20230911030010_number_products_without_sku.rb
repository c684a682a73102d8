class NumberProductsWithoutSku < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE products SET sku = 'P' || lpad(id::text, 6, '0') WHERE sku IS NULL
    SQL
  end

  def down
    # The old values are still right.
  end
end
