class IndexAccountsOnCompanyIdAndNumber < ActiveRecord::Migration[6.1]
  def change
    add_index :accounts, %i[company_id number], unique: true
  end
end
