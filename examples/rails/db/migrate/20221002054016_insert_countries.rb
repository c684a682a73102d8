class InsertCountries < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      INSERT INTO countries (code, name) VALUES
        ('AT', 'Austria'), ('BE', 'Belgium'), ('CH', 'Switzerland'), ('DE', 'Germany'), ('DK', 'Denmark'), ('ES', 'Spain'),
        ('FI', 'Finland'), ('FR', 'France'), ('GB', 'United Kingdom'), ('IE', 'Ireland'), ('IT', 'Italy'), ('NL', 'Netherlands'),
        ('NO', 'Norway'), ('PL', 'Poland'), ('PT', 'Portugal'), ('SE', 'Sweden'), ('US', 'United States')
      ON CONFLICT (code) DO NOTHING
    SQL
  end

  def down
    execute "DELETE FROM countries"
  end
end
