from tr_django.settings import database, redis_url

SECRET_KEY = "test"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["notes"]
DATABASES = {"default": database("postgresql://127.0.0.1:1/app")}
REDIS_URL = redis_url()
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS_URL}}
TEST_RUNNER = "tr_django.runner.TaskRunner"
