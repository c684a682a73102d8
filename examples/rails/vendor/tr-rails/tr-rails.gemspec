Gem::Specification.new do |gem|
  gem.name = "tr-rails"
  gem.version = "0.1.0"
  gem.summary = "Rails tests on the databases and Redis servers that tr prepares, one of each per worker"
  gem.authors = ["The tr authors"]
  gem.license = "MIT"
  gem.required_ruby_version = ">= 3.0"
  gem.files = Dir["lib/**/*.rb", "exe/*", "README.md"]
  gem.bindir = "exe"
  gem.executables = ["tr-rspec"]
end
