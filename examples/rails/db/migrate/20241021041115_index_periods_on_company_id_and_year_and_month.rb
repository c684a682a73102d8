class IndexPeriodsOnCompanyIdAndYearAndMonth < ActiveRecord::Migration[6.1]
  def change
    add_index :periods, %i[company_id year month], unique: true
  end
end
