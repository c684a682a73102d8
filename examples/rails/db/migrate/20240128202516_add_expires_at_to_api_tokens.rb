class AddExpiresAtToApiTokens < ActiveRecord::Migration[6.1]
  def change
    add_column :api_tokens, :expires_at, :datetime
  end
end
