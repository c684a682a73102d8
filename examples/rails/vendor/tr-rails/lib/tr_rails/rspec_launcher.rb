require "json"
require "tr_rails"
require "rspec/core"
require "tmpdir"

module TrRails
  # Runs spec files over the workers of a task: loads Rails and the files once, forks, and hands the examples out in small
  # units, so that one file that dominates does not bound the run. An idle worker takes the next unit.
  class RspecLauncher
    Unit = Struct.new(:group, :examples)

    def initialize(arguments, workers: TrRails.workers)
      @options = RSpec::Core::ConfigurationOptions.new(arguments)
      @formatters = @options.options.delete(:formatters) || [["progress"]]
      @workers = workers
    end

    # Exit status: 0 when every example ran and none failed.
    def run
      RSpec::Core::Runner.new(@options).setup($stderr, $stdout)
      return 1 if RSpec.world.wants_to_quit

      units = RspecUnits.of(RSpec.world.ordered_example_groups, workers: @workers)
      ActiveRecord::Base.clear_all_connections! if defined?(ActiveRecord::Base)
      Dir.mktmpdir { |directory| report(run_workers(units, directory), units.sum { |unit| unit.examples.size }) }
    end

    private

    def run_workers(units, directory)
      queue, filling = IO.pipe
      pids = Array.new(@workers) do |index|
        fork do
          filling.close
          worker = RspecWorker.new(index, units, queue)
          exit!(worker.run(@formatters, File.join(directory, index.to_s)) ? 0 : 1)
        end
      end
      fill(filling, units.size)
      pids.each_with_index.map { |pid, index| finished(pid, index, directory) }
    ensure
      pids&.each { |pid| Process.kill("TERM", pid) rescue Errno::ESRCH } if $!
    end

    # The queue is a pipe with the number of each unit: whoever reads first has it.
    def fill(filling, size)
      size.times { |number| filling.write([number].pack("L")) }
      filling.close
    rescue Errno::EPIPE
      # No worker is left: what did not run is counted.
    end

    def finished(pid, index, directory)
      Process.wait(pid)
      log = File.join(directory, "#{index}.log")
      totals = File.join(directory, "#{index}.json")
      { ok: $?.success?, log: File.exist?(log) ? File.read(log) : "", totals: File.exist?(totals) ? JSON.parse(File.read(totals)) : {} }
    end

    def report(results, expected)
      results.each_with_index { |result, index| puts "--- worker #{index}", result[:log] }
      totals = %w[examples failures pending].to_h { |name| [name, results.sum { |result| result[:totals].fetch(name, 0) }] }
      puts "#{@workers} workers: #{totals.map { |name, count| "#{count} #{name}" }.join(", ")}"
      missing = expected - totals["examples"]
      puts "#{missing} examples did not run." if missing.positive?
      results.all? { |result| result[:ok] } && missing.zero? ? 0 : 1
    end
  end
end

require "tr_rails/rspec_units"
require "tr_rails/rspec_worker"
