class CreateNumberSequences < ActiveRecord::Migration[6.1]
  def change
    create_table :number_sequences do |t|
      t.references :company, null: false, foreign_key: true
      t.string :name, null: false
      t.bigint :next_value, null: false, default: 1
      t.timestamps
    end
  end
end
