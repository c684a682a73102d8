class CreateNotes < ActiveRecord::Migration[6.1]
  def change
    create_table :notes do |t|
      t.references :company, null: false, foreign_key: true
      t.references :customer, foreign_key: true
      t.text :body, null: false
      t.timestamps
    end
  end
end
