class IndexTagsOnCompanyIdAndName < ActiveRecord::Migration[6.1]
  def change
    add_index :tags, %i[company_id name], unique: true
  end
end
