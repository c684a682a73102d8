# Before tests Rails replaces every database whose schema it has not loaded itself by db/schema.rb: also the one that a task
# brings back, with all that its migrations and seeds have put there. With no migration pending there is nothing to load.
module TrRails
  module KeptState
    def load_schema_if_pending!
      super if !ENV["TR_SERVICES_SOCKET"] || TrRails::KeptState.pending?
    end

    # From Rails 7.2 on the pool knows, before that the connection.
    def self.pending?
      pool = ActiveRecord::Base.connection_pool
      holder = pool.respond_to?(:migration_context) ? pool : ActiveRecord::Base.connection
      holder.migration_context.needs_migration?
    end
  end
end

ActiveSupport.on_load(:active_record) { ActiveRecord::Migration.singleton_class.prepend(TrRails::KeptState) }
