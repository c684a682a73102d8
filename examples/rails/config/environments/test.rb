Rails.application.configure do
  config.cache_classes = true
  config.eager_load = true
  config.consider_all_requests_local = true
  config.action_dispatch.show_exceptions = false
  config.active_support.deprecation = :raise
  config.secret_key_base = "only for tests"
  config.log_level = :warn
  # The task that migrates has its own idea of which schema is current: the migrations.
  config.active_record.maintain_test_schema = false
end
