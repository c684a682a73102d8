# Rails' own parallel runner on the databases and servers of a task's workers; run in an application, as
# `bundle exec ruby minitest_workers.rb` with RAILS_ENV=test and what a task with `workers` sees.
require "./config/environment"
require "rails/test_help"
require "tr_rails/minitest"

class MinitestWorkersTest < ActiveSupport::TestCase
  parallelize(workers: TrRails.workers)

  20.times do |index|
    test "has its own database and server #{index}" do
      assert_equal "app_test-#{TrRails.worker}", Company.connection.current_database
      assert_equal ENV["REDIS_URL_#{TrRails.worker}"], ENV["REDIS_URL"]
      # What the snapshot holds is still there: nothing was loaded or truncated.
      assert_operator Company.count, :>=, 1
      redis = RedisConnection.current
      redis.flushall
      redis.set("worker", index)
      sleep 0.01
      assert_equal [index.to_s, 1], [redis.get("worker"), redis.dbsize]
      puts "worker #{TrRails.worker}"
    end
  end
end
