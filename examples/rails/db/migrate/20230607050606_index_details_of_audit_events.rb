class IndexDetailsOfAuditEvents < ActiveRecord::Migration[6.1]
  def change
    add_index :audit_events, :details, using: :gin
  end
end
