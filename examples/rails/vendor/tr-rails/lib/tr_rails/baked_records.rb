require "factory_bot"

module TrRails
  # Expensive records that lie in the database before the first test: `bake` creates and commits them in the task that makes
  # the snapshot; in an example, `create(:company)` without traits, overrides or block then finds one of them instead of
  # creating it, associations included. The second one in the same example is another row; when all are taken, or the row is
  # gone, it is created as ever. Changes by an example must be rolled back, as with any record that outlives it.
  #
  # Their ids are kept in ar_internal_metadata, which is cloned with the database and survives a truncation.
  module BakedRecords
    KEY = "tr_baked_records"

    class << self
      # Creates what is missing to `count` records of each factory, and commits them.
      def bake(*factories, count: 2)
        baked = factories.map(&:to_s).to_h { |name| [name, up_to(count, name)] }
        ActiveRecord::InternalMetadata[KEY] = ids.merge(baked).to_json
        @ids = nil
      end

      # Only within an example: a `before(:context)` block must not get a record that an example gets, too.
      def during_example
        @taken = Hash.new(0)
        yield
      ensure
        @taken = nil
      end

      # The next one of the factory that this example has not had; nil when there is none.
      def take(factory)
        return unless @taken

        name = factory.name.to_s
        id = ids.fetch(name, [])[@taken[name]]
        return unless id

        @taken[name] += 1
        factory.build_class.find_by(factory.build_class.primary_key => id)
      end

      private

      def up_to(count, name)
        there = ids.fetch(name, [])
        there + Array.new([count - there.size, 0].max) { FactoryBot.create(name).id }
      end

      def ids
        return @ids if @ids && @ids_of == TrRails.worker

        @ids_of = TrRails.worker
        @ids = JSON.parse(ActiveRecord::InternalMetadata[KEY] || "{}")
      end
    end

    module Reuse
      def run(runner_strategy = @strategy, &block)
        plain = runner_strategy == :create && block.nil? && @traits.empty? && @overrides.empty?
        (plain && BakedRecords.take(FactoryBot::Internal.factory_by_name(@name))) || super
      end
    end
    FactoryBot::FactoryRunner.prepend(Reuse)
  end
end
