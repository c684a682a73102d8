class WriteCountryCodesInCapitals < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE addresses SET country = upper(trim(country))
    SQL
  end

  def down
    # The old values are still right.
  end
end
