class AddRoleToMemberships < ActiveRecord::Migration[6.1]
  def change
    add_reference :memberships, :role, foreign_key: true
  end
end
