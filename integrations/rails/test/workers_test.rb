require "minitest/autorun"
require "open3"

# What a process sees that requires the helper, by the variables it was started with.
class WorkersTest < Minitest::Test
  LIBRARY = File.expand_path("../lib", __dir__)
  TASK = {
    "TR_WORKERS" => "2", "DATABASE_URL" => "whole", "DATABASE_URL_0" => "first", "DATABASE_URL_1" => "second",
    "QUEUE" => "whole", "QUEUE_0" => "first", "QUEUE_1" => "second", "HALF" => "whole", "HALF_0" => "first", "ALONE_0" => "first"
  }.freeze

  def settings(environment, code = "")
    output, status = Open3.capture2e(environment, "/usr/bin/ruby", "-I", LIBRARY, "-r", "tr_rails", "-e", <<~RUBY)
      #{code}
      puts [TrRails.worker.inspect, *ENV.values_at("DATABASE_URL", "QUEUE", "HALF", "ALONE", "TR_WORKER").map(&:to_s)].join(" ")
    RUBY
    status.success? ? output.strip : output[/\((\w+)\)$/, 1]
  end

  def test_nothing_changes_without_a_worker
    assert_equal "nil whole whole whole", settings(TASK)
    assert_equal "nil alone", settings({ "DATABASE_URL" => "alone", "TEST_ENV_NUMBER" => "2" })
  end

  def test_workers_by_either_variable
    { { "TR_WORKER" => "0" } => "0 first first whole  0", { "TR_WORKER" => "1" } => "1 second second whole  1",
      { "TEST_ENV_NUMBER" => "" } => "0 first first whole  0", { "TEST_ENV_NUMBER" => "1" } => "0 first first whole  0",
      { "TEST_ENV_NUMBER" => "2" } => "1 second second whole  1" }.each do |variables, expected|
      assert_equal expected, settings(TASK.merge(variables)), variables.inspect
    end
  end

  def test_no_worker_outside_of_the_task
    assert_equal "ArgumentError", settings(TASK.merge("TR_WORKER" => "2"))
    assert_equal "ArgumentError", settings(TASK.merge("TEST_ENV_NUMBER" => "3"))
  end

  def test_hooks
    assert_equal "hook 1\n1 second second whole  1", settings(TASK, "TrRails.on_worker { |index| puts \"hook \#{index}\" }; TrRails.become_worker(1)")
  end
end
