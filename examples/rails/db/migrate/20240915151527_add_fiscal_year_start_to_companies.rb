class AddFiscalYearStartToCompanies < ActiveRecord::Migration[6.1]
  def change
    add_column :companies, :fiscal_year_start, :integer, null: false, default: 1
  end
end
