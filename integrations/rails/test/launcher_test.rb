require "fileutils"
require "json"
require "minitest/autorun"
require "open3"
require "tmpdir"

# The launcher with real RSpec and real processes; no Rails needed.
class LauncherTest < Minitest::Test
  LAUNCHER = File.expand_path("../exe/tr-rspec", __dir__)

  def setup
    @directory = Dir.mktmpdir
  end

  def teardown
    FileUtils.remove_entry(@directory)
  end

  def run_specs(files, *arguments, workers: 2)
    files.each { |name, text| File.write(File.join(@directory, name), text) }
    Open3.capture2e({ "TR_WORKERS" => workers.to_s, "TR_WORKER" => nil }, "/usr/bin/ruby", LAUNCHER, *files.keys, *arguments, chdir: @directory)
  end

  def ran
    Dir[File.join(@directory, "ran-*")].flat_map { |file| File.readlines(file, chomp: true) }
  end

  # Notes name and process of each example.
  def group(name, count, options = "", body = "")
    <<~RUBY
      RSpec.describe "#{name}"#{options} do
        after { |example| File.write("ran-\#{Process.pid}", "\#{example.description} \#{Process.pid} \#{ENV["TR_WORKER"]}\\n", mode: "a") }
        #{count}.times { |index| it("#{name}\#{index}") { #{body} } }
      end
    RUBY
  end

  def test_every_example_runs_once
    output, status = run_specs({ "a_spec.rb" => group("a", 40), "b_spec.rb" => group("b", 3) })
    assert status.success?, output
    assert_equal (Array.new(40) { |i| "a#{i}" } + %w[b0 b1 b2]).sort, ran.map { |line| line.split.first }.sort
    assert_match(/^2 workers: 43 examples, 0 failures, 0 pending$/, output)
  end

  def test_a_file_that_dominates_is_split
    _, status = run_specs({ "a_spec.rb" => group("a", 40, "", "sleep 0.02") })
    assert status.success?
    assert_equal %w[0 1], ran.map { |line| line.split.last }.uniq.sort
  end

  def test_a_group_in_order_stays_whole
    [", order: :defined", ", split: false"].each do |options|
      run_specs({ "a_spec.rb" => group("a", 40, options) })
      assert_equal 40, ran.size
      assert_equal 1, ran.map { |line| line.split.last }.uniq.size
      Dir[File.join(@directory, "ran-*")].each { |file| File.unlink(file) }
    end
  end

  def test_nested_groups_and_their_hooks
    output, status = run_specs({ "a_spec.rb" => <<~RUBY })
      RSpec.describe "outer" do
        before(:context) { @outer = 1 }
        30.times { |index| it("o\#{index}") { expect(@outer).to eq 1 } }
        describe "inner" do
          before(:context) { @inner = @outer + 1 }
          30.times { |index| it("i\#{index}") { expect(@inner).to eq 2 } }
        end
      end
    RUBY
    assert status.success?, output
    assert_match(/60 examples, 0 failures/, output)
  end

  def test_failures_are_shown_and_counted
    output, status = run_specs({ "a_spec.rb" => group("a", 12, "", "expect(index).not_to eq 7"), "b_spec.rb" => 'RSpec.describe("b") { it("later") }' })
    assert_equal 1, status.exitstatus
    assert_match(/a a7.*not to eq 7|a a7/m, output)
    assert_match(/^2 workers: 13 examples, 1 failures, 1 pending$/, output)
  end

  def test_a_worker_that_is_killed_is_a_failure
    output, status = run_specs({ "a_spec.rb" => group("a", 20, "", 'Process.kill("KILL", Process.pid) if index == 3') })
    assert_equal 1, status.exitstatus
    assert_match(/^\d+ examples did not run\.$/, output)
  end

  def test_files_that_do_not_load_are_a_failure
    output, status = run_specs({ "a_spec.rb" => "raise 'broken'" })
    assert_equal 1, status.exitstatus
    assert_match(/broken/, output)
  end

  def test_a_report_per_worker
    _, status = run_specs({ "a_spec.rb" => group("a", 20) }, "--format", "json", "--out", "report.json")
    assert status.success?
    reports = [0, 1].map { |index| JSON.parse(File.read(File.join(@directory, "report-#{index}.json"))) }
    assert_equal 20, reports.sum { |report| report["examples"].size }
    refute_path_exists File.join(@directory, "report.json")
  end

  def test_stops_early
    output, status = run_specs({ "a_spec.rb" => group("a", 60, "", "sleep 0.01; raise if index == 0") }, "--fail-fast")
    assert_equal 1, status.exitstatus
    assert_operator ran.size, :<, 60, output
  end

  def test_one_worker_is_rspec_itself
    output, status = run_specs({ "a_spec.rb" => group("a", 2) }, workers: 1)
    assert status.success?
    assert_equal %w[0 0], ran.map { |line| line.split.last }
    refute_match(/workers:/, output)
  end
end
