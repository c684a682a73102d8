require "tr_rails"
# Bundler requires this file after Rails itself; without Rails there is no state to keep.
require "tr_rails/kept_state" if defined?(ActiveSupport)
