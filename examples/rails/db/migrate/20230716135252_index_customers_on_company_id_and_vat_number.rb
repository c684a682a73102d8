class IndexCustomersOnCompanyIdAndVatNumber < ActiveRecord::Migration[6.1]
  def change
    add_index :customers, %i[company_id vat_number]
  end
end
