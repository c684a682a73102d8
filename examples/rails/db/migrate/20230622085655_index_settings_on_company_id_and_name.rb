class IndexSettingsOnCompanyIdAndName < ActiveRecord::Migration[6.1]
  def change
    add_index :settings, %i[company_id name], unique: true
  end
end
