class InsertNordicCurrencies < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      INSERT INTO currencies (code, name, decimals) VALUES
        ('SEK', 'Swedish krona', 2), ('NOK', 'Norwegian krone', 2), ('DKK', 'Danish krone', 2), ('JPY', 'Yen', 0)
      ON CONFLICT (code) DO NOTHING
    SQL
  end

  def down
    execute "DELETE FROM currencies WHERE code IN ('SEK', 'NOK', 'DKK', 'JPY')"
  end
end
