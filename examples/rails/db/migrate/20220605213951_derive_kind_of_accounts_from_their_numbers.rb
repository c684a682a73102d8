class DeriveKindOfAccountsFromTheirNumbers < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE accounts SET kind = CASE left(number, 1)
        WHEN '1' THEN 'asset' WHEN '2' THEN 'liability' WHEN '3' THEN 'equity' WHEN '4' THEN 'income' ELSE 'expense' END
    SQL
  end

  def down
    # The old values are still right.
  end
end
