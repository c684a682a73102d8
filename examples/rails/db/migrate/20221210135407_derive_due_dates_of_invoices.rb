class DeriveDueDatesOfInvoices < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE invoices SET due_on = issued_on + customers.payment_days
      FROM customers WHERE customers.id = invoices.customer_id AND issued_on IS NOT NULL
    SQL
  end

  def down
    # The old values are still right.
  end
end
