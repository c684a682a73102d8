class AddFinishedAtToExports < ActiveRecord::Migration[6.1]
  def change
    add_column :exports, :finished_at, :datetime
  end
end
