class CreateGrants < ActiveRecord::Migration[6.1]
  def change
    create_table :grants do |t|
      t.references :role, null: false, foreign_key: true
      t.references :permission, null: false, foreign_key: true
    end
  end
end
