module TrRails
  @hooks = []

  class << self
    # How many workers the task has; 0 when it was not started by a task with `workers`.
    def workers
      ENV.fetch("TR_WORKERS", "0").to_i
    end

    # Which worker this process is, from 0 on; nil before it has become one.
    attr_reader :worker

    # TR_WORKER counts from 0. TEST_ENV_NUMBER is the one of parallel_tests: "", "2", "3".
    def worker_of_environment
      return if workers.zero?
      return Integer(ENV["TR_WORKER"]) if ENV["TR_WORKER"]

      number = ENV["TEST_ENV_NUMBER"]
      [number.to_i - 1, 0].max if number
    end

    # Makes this process worker `index`: variables, then the database connection where Rails is loaded, then the hooks.
    def become_worker(index)
      raise ArgumentError, "There is no worker #{index}: the task has #{workers}." unless index.between?(0, workers - 1)

      @worker = index
      ENV["TR_WORKER"] = index.to_s
      names_per_worker.each { |name| ENV[name] = ENV["#{name}_#{index}"] }
      connect_database if defined?(ActiveRecord::Base) && defined?(Rails.application) && Rails.application&.initialized?
      @hooks.each { |hook| hook.call(index) }
    end

    # For what a process opened before it became a worker: `TrRails.on_worker { |index| $redis = Redis.new }`.
    def on_worker(&hook)
      @hooks << hook
    end

    private

    # Whatever the services are called in the configuration: each variable that exists once per worker.
    def names_per_worker
      ENV.keys.filter_map { |key| key.delete_suffix("_0") if key.end_with?("_0") }
         .select { |name| ENV.key?(name) && (0...workers).all? { |index| ENV.key?("#{name}_#{index}") } }
    end

    def connect_database
      ActiveRecord::Base.configurations = Rails.application.config.database_configuration
      ActiveRecord::Base.establish_connection
    end
  end
end
