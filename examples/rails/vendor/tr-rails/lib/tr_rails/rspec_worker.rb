module TrRails
  # One forked worker: takes units until there are none, with its own output, totals and report files.
  class RspecWorker
    def initialize(index, units, queue)
      @index = index
      @units = units
      @queue = queue
      @totals = Hash.new(0)
    end

    # True when nothing failed. `path` is where the log and the totals go, by suffix.
    def run(formatters, path)
      $stdout.reopen("#{path}.log", "w")
      $stdout.sync = true
      TrRails.become_worker(@index)
      passed = run_examples(reporter(formatters))
      File.write("#{path}.json", JSON.generate(@totals))
      passed && RSpec.world.non_example_failure != true
    rescue Exception => error # rubocop:disable Lint/RescueException: the last place where it can be shown
      $stdout.puts "The worker ended: #{error.full_message(highlight: false)}"
      false
    end

    # RSpec tells us, as it tells its formatters.
    def example_finished(notification)
      @totals["examples"] += 1
      status = notification.example.execution_result.status
      @totals["failures"] += 1 if status == :failed
      @totals["pending"] += 1 if status == :pending
    end

    private

    def reporter(formatters)
      config = RSpec.configuration
      config.reset_reporter
      formatters.each { |name, file| config.add_formatter(*[name, file && own(file)].compact) }
      config.reporter.register_listener(self, :example_finished)
      config.reporter
    end

    # report.xml of worker 2 is report-2.xml.
    def own(file)
      extension = File.extname(file)
      "#{file.delete_suffix(extension)}-#{@index}#{extension}"
    end

    def run_examples(reporter)
      reporter.report(0) do
        RSpec.configuration.with_suite_hooks do
          results = []
          while (unit = take)
            results << RspecUnits.run(unit, reporter)
          end
          results.all?
        end
      end
    end

    # With --fail-fast the rest is thrown away for all.
    def take
      number = @queue.sysread(4).unpack1("L")
      RSpec.world.wants_to_quit ? take : @units.fetch(number)
    rescue EOFError
      nil
    end
  end
end
