class ComputeNetAmountsOfInvoices < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE invoices SET net_cents = sums.net
      FROM (SELECT invoice_id, sum(quantity * unit_price_cents) AS net FROM invoice_lines GROUP BY invoice_id) AS sums
      WHERE sums.invoice_id = invoices.id
    SQL
  end

  def down
    # The old values are still right.
  end
end
