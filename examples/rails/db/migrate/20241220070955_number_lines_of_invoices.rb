class NumberLinesOfInvoices < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE invoice_lines SET position = numbered.position
      FROM (SELECT id, row_number() OVER (PARTITION BY invoice_id ORDER BY id) AS position FROM invoice_lines) AS numbered
      WHERE numbered.id = invoice_lines.id
    SQL
  end

  def down
    # The old values are still right.
  end
end
