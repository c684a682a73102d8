class AddArchivedAtToCustomers < ActiveRecord::Migration[6.1]
  def change
    add_column :customers, :archived_at, :datetime
  end
end
