class SplitNamesOfUsers < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      UPDATE users SET first_name = split_part(name, ' ', 1), last_name = nullif(substr(name, length(split_part(name, ' ', 1)) + 2), '')
    SQL
  end

  def down
    # The old values are still right.
  end
end
