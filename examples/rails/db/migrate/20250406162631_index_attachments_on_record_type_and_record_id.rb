class IndexAttachmentsOnRecordTypeAndRecordId < ActiveRecord::Migration[6.1]
  def change
    add_index :attachments, %i[record_type record_id]
  end
end
