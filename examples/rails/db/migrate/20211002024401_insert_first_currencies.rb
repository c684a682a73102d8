class InsertFirstCurrencies < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      INSERT INTO currencies (code, name, decimals) VALUES
        ('EUR', 'Euro', 2), ('USD', 'US dollar', 2), ('GBP', 'Pound sterling', 2), ('CHF', 'Swiss franc', 2)
      ON CONFLICT (code) DO NOTHING
    SQL
  end

  def down
    execute "DELETE FROM currencies"
  end
end
