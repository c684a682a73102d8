require "minitest/autorun"

# Of Rails what the file needs: who loads the schema before tests, and who knows of migrations that are pending.
module ActiveSupport
  def self.on_load(_name) = yield
end

module ActiveRecord
  class Migration
    class << self
      attr_accessor :loads

      def load_schema_if_pending! = self.loads += 1
    end
  end

  Context = Struct.new(:pending) { def needs_migration? = pending }
  Holder = Struct.new(:migration_context)

  class Base
    class << self
      attr_accessor :connection_pool, :connection
    end
  end
end

$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
require "tr-rails"

class KeptStateTest < Minitest::Test
  def loads?(socket:, pending:, by_pool: true)
    context = ActiveRecord::Holder.new(ActiveRecord::Context.new(pending))
    ActiveRecord::Base.connection_pool = by_pool ? context : Object.new
    ActiveRecord::Base.connection = by_pool ? nil : context
    ActiveRecord::Migration.loads = 0
    ENV["TR_SERVICES_SOCKET"] = socket
    ActiveRecord::Migration.load_schema_if_pending!
    ActiveRecord::Migration.loads == 1
  end

  def test_the_state_of_a_task_stays_while_no_migration_is_pending
    refute loads?(socket: "/s", pending: false)
    refute loads?(socket: "/s", pending: false, by_pool: false)
  end

  def test_an_empty_or_older_database_is_loaded_as_ever
    assert loads?(socket: "/s", pending: true)
    assert loads?(socket: "/s", pending: true, by_pool: false)
  end

  def test_nothing_changes_outside_of_a_task
    assert loads?(socket: nil, pending: false)
  end
end
