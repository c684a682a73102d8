class AddNoteToExpenses < ActiveRecord::Migration[6.1]
  def change
    add_column :expenses, :note, :text
  end
end
