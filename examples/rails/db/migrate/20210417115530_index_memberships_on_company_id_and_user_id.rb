class IndexMembershipsOnCompanyIdAndUserId < ActiveRecord::Migration[6.1]
  def change
    add_index :memberships, %i[company_id user_id], unique: true
  end
end
