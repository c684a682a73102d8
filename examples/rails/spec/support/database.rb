# Every example runs in a transaction that is rolled back, but for those that need to see commits (`commits: true`): after
# them the task's database is made new; without a task all tables are emptied and the reference rows inserted again.
DatabaseCleaner.strategy = :transaction

RSpec.configure do |config|
  config.around do |example|
    if example.metadata[:commits]
      example.run
      TrRails.reset_database || begin
        DatabaseCleaner.clean_with(:truncation)
        Rails.application.load_seed
      end
    else
      DatabaseCleaner.cleaning { example.run }
    end
  end
end
