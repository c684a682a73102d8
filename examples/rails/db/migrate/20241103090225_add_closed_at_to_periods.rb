class AddClosedAtToPeriods < ActiveRecord::Migration[6.1]
  def change
    add_column :periods, :closed_at, :datetime
  end
end
