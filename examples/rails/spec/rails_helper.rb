ENV["RAILS_ENV"] ||= "test"
require "spec_helper"
require_relative "../config/environment"
require "rspec/rails"
require "tr_rails/rspec"
Dir[File.join(__dir__, "support/*.rb")].sort.each { |file| require file }

# As it was when the suite began, years ago: `build` makes a real company, too.
FactoryBot.use_parent_strategy = false

RSpec.configure do |config|
  config.use_transactional_fixtures = false
  config.infer_spec_type_from_file_location!
  config.include FactoryBot::Syntax::Methods
  config.include ActiveSupport::Testing::TimeHelpers
end
