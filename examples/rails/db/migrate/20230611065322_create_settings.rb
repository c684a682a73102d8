class CreateSettings < ActiveRecord::Migration[6.1]
  def change
    create_table :settings do |t|
      t.references :company, null: false, foreign_key: true
      t.string :name, null: false
      t.jsonb :value
      t.timestamps
    end
  end
end
