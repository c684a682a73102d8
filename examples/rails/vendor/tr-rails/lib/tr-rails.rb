require "tr_rails"
