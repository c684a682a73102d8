class CreateAuditEvents < ActiveRecord::Migration[6.1]
  def change
    create_table :audit_events do |t|
      t.references :company, null: false, foreign_key: true
      t.references :user, foreign_key: true
      t.string :action, null: false
      t.jsonb :details, null: false, default: {}
      t.timestamps
    end
  end
end
