RSpec.configure do |config|
  config.disable_monkey_patching!
  config.order = :defined
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
end
