class IndexCountriesOnCode < ActiveRecord::Migration[6.1]
  def change
    add_index :countries, :code, unique: true
  end
end
