class RequireKindOfAccounts < ActiveRecord::Migration[6.1]
  def up
    change_column_null :accounts, :kind, false
  end

  def down
    change_column_null :accounts, :kind, true
  end
end
