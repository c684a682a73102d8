class AddApprovedAtToExpenses < ActiveRecord::Migration[6.1]
  def change
    add_column :expenses, :approved_at, :datetime
  end
end
