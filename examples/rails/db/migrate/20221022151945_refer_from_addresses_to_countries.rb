class ReferFromAddressesToCountries < ActiveRecord::Migration[6.1]
  def change
    add_foreign_key :addresses, :countries, column: :country, primary_key: :code
  end
end
