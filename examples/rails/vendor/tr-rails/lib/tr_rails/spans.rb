require "json"
require "active_support/notifications"

module TrRails
  # One span per factory run and per example, appended to the file that TR_TRACE names, so that a flame graph shows which
  # record costs the time. JSON lines in the form of Chrome's trace events; `ts` and `dur` in microseconds, `tid` the worker.
  module Spans
    class << self
      def record(name, category, started, finished, args = {})
        span = { name: name, cat: category, ph: "X", ts: micro(started), dur: micro(finished - started),
                 pid: Process.pid, tid: TrRails.worker || 0, args: args }
        # One write per line, so that the lines of several processes do not mix.
        File.open(ENV.fetch("TR_TRACE"), "a") { |file| file.syswrite("#{span.to_json}\n") }
      end

      def subscribe
        ActiveSupport::Notifications.subscribe("factory_bot.run_factory") do |_, started, finished, _, payload|
          record(payload[:name].to_s, "factory_bot", started, finished, strategy: payload[:strategy], traits: payload[:traits])
        end
      end

      private

      def micro(seconds)
        (seconds.to_f * 1_000_000).round
      end
    end
  end
end
