class InsertPermissions < ActiveRecord::Migration[6.1]
  def up
    execute <<~SQL
      INSERT INTO permissions (name)
      SELECT area || '.' || verb
      FROM unnest(ARRAY['invoices', 'customers', 'products', 'accounts', 'journal', 'payments']) AS area
      CROSS JOIN unnest(ARRAY['read', 'create', 'update', 'delete', 'export']) AS verb
      ON CONFLICT (name) DO NOTHING
    SQL
  end

  def down
    execute "DELETE FROM permissions"
  end
end
