class AddLegalNameToCompanies < ActiveRecord::Migration[6.1]
  def change
    add_column :companies, :legal_name, :string
  end
end
