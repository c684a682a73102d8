class CreateAttachments < ActiveRecord::Migration[6.1]
  def change
    create_table :attachments do |t|
      t.references :company, null: false, foreign_key: true
      t.string :record_type, null: false
      t.bigint :record_id, null: false
      t.string :filename, null: false
      t.bigint :bytes, null: false, default: 0
      t.timestamps
    end
  end
end
