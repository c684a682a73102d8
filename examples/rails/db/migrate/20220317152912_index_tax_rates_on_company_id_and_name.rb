class IndexTaxRatesOnCompanyIdAndName < ActiveRecord::Migration[6.1]
  def change
    add_index :tax_rates, %i[company_id name], unique: true
  end
end
