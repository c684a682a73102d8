class AddDisabledAtToWebhooks < ActiveRecord::Migration[6.1]
  def change
    add_column :webhooks, :disabled_at, :datetime
  end
end
