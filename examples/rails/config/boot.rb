ENV["BUNDLE_GEMFILE"] ||= File.expand_path("../Gemfile", __dir__)
require "bundler/setup"
# One of several workers of a task has its own database and its own Redis: see vendor/tr-rails.
require "tr_rails" if ENV["RAILS_ENV"] == "test"
