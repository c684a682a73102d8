class IndexGrantsOnRoleIdAndPermissionId < ActiveRecord::Migration[6.1]
  def change
    add_index :grants, %i[role_id permission_id], unique: true
  end
end
