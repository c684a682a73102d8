class CheckFiscalYearOfCompanies < ActiveRecord::Migration[6.1]
  def change
    add_check_constraint :companies, "fiscal_year_start BETWEEN 1 AND 12", name: "companies_fiscal_year"
  end
end
