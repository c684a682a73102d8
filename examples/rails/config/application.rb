require_relative "boot"
require "rails"
require "active_model/railtie"
require "active_record/railtie"
require "action_controller/railtie"
Bundler.require(*Rails.groups)

module Ledger
  class Application < Rails::Application
    config.load_defaults 6.1
    config.api_only = true
    config.active_record.dump_schema_after_migration = Rails.env.development?
  end
end
