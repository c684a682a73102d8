class IndexInvoicesOnCompanyIdAndNumber < ActiveRecord::Migration[6.1]
  def change
    add_index :invoices, %i[company_id number], unique: true
  end
end
