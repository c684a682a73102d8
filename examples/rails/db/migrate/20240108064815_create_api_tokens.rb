class CreateApiTokens < ActiveRecord::Migration[6.1]
  def change
    create_table :api_tokens do |t|
      t.references :company, null: false, foreign_key: true
      t.string :digest, null: false
      t.string :name, null: false
      t.datetime :last_used_at
      t.timestamps
    end
  end
end
