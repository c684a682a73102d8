class CreateCountries < ActiveRecord::Migration[6.1]
  def change
    create_table :countries do |t|
      t.string :code, null: false
      t.string :name, null: false
    end
  end
end
