class IndexApiTokensOnDigest < ActiveRecord::Migration[6.1]
  def change
    add_index :api_tokens, :digest, unique: true
  end
end
