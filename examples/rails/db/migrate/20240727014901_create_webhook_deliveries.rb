class CreateWebhookDeliveries < ActiveRecord::Migration[6.1]
  def change
    create_table :webhook_deliveries do |t|
      t.references :webhook, null: false, foreign_key: true
      t.integer :status
      t.jsonb :payload, null: false, default: {}
      t.timestamps
    end
  end
end
