require "tr_rails"
require "active_support/testing/parallelization"
require "active_record/test_databases"

# For Minitest and `parallelize`: require it in test_helper.rb, after Rails. Each worker takes the database that is ready for
# it; Rails' own hook would load the schema into an empty one and truncate what the snapshot holds.
if TrRails.workers.positive?
  module TrRails
    module PreparedDatabases
      def create_and_load_schema(index, env_name:)
        TrRails.become_worker(index)
      end
    end
  end
  ActiveRecord::TestDatabases.singleton_class.prepend(TrRails::PreparedDatabases)
end
