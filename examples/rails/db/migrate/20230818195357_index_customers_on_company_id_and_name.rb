class IndexCustomersOnCompanyIdAndName < ActiveRecord::Migration[6.1]
  def change
    add_index :customers, %i[company_id name]
  end
end
