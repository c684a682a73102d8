class AddKindToAccounts < ActiveRecord::Migration[6.1]
  def change
    add_column :accounts, :kind, :string
  end
end
