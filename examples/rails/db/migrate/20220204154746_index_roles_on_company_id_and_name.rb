class IndexRolesOnCompanyIdAndName < ActiveRecord::Migration[6.1]
  def change
    add_index :roles, %i[company_id name], unique: true
  end
end
