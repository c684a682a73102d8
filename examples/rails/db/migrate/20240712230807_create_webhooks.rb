class CreateWebhooks < ActiveRecord::Migration[6.1]
  def change
    create_table :webhooks do |t|
      t.references :company, null: false, foreign_key: true
      t.string :url, null: false
      t.jsonb :events, null: false, default: []
      t.timestamps
    end
  end
end
