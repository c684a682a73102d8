class AddFeeCentsToReminders < ActiveRecord::Migration[6.1]
  def change
    add_column :reminders, :fee_cents, :bigint, null: false, default: 0
  end
end
