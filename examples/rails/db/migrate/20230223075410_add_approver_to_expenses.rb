class AddApproverToExpenses < ActiveRecord::Migration[6.1]
  def change
    add_reference :expenses, :approver, foreign_key: { to_table: :users }
  end
end
