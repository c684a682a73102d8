class CopyCurrencyOfCompaniesToInvoices < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE invoices SET currency = companies.currency FROM companies WHERE companies.id = invoices.company_id
    SQL
  end

  def down
    # The old values are still right.
  end
end
