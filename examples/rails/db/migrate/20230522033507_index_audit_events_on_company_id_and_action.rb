class IndexAuditEventsOnCompanyIdAndAction < ActiveRecord::Migration[6.1]
  def change
    add_index :audit_events, %i[company_id action]
  end
end
