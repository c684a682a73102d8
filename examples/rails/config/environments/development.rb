Rails.application.configure do
  config.cache_classes = false
  config.eager_load = false
  config.secret_key_base = "only for development"
end
