class CreateExports < ActiveRecord::Migration[6.1]
  def change
    create_table :exports do |t|
      t.references :company, null: false, foreign_key: true
      t.string :kind, null: false
      t.string :status, null: false, default: "queued"
      t.integer :rows
      t.timestamps
    end
  end
end
