require "tr_rails"
require "rspec/core"

# For RSpec: require it in rails_helper.rb, after Rails and factory_bot. An example with `baked: false` creates all records itself.
RSpec.configure do |config|
  config.around do |example|
    started = Time.now
    if example.metadata[:baked] == false
      example.run
    else
      TrRails::BakedRecords.during_example { example.run }
    end
  ensure
    TrRails::Spans.record(example.full_description, "rspec", started, Time.now, id: example.id) if ENV["TR_TRACE"]
  end
end

TrRails::Spans.subscribe if ENV["TR_TRACE"]
