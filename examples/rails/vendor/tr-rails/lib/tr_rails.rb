# Rails tests on what `tr` prepares. Require it before Rails reads its configuration (config/boot.rb): a process that knows
# which worker it is then sees that worker's DATABASE_URL, REDIS_URL and so on under their usual names.
module TrRails
  autoload :BakedRecords, "tr_rails/baked_records"
  autoload :Spans, "tr_rails/spans"
end

require "tr_rails/workers"
require "tr_rails/reset"

TrRails.become_worker(TrRails.worker_of_environment) if TrRails.worker_of_environment
