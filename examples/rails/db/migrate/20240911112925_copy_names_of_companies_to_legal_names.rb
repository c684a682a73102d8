class CopyNamesOfCompaniesToLegalNames < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE companies SET legal_name = name WHERE legal_name IS NULL
    SQL
  end

  def down
    # The old values are still right.
  end
end
