class IndexInvoicesOnCompanyIdAndDueOn < ActiveRecord::Migration[6.1]
  def change
    add_index :invoices, %i[company_id due_on], where: "status = 'issued'"
  end
end
