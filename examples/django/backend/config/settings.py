import os

from tr_django.settings import database, redis_url

SECRET_KEY = "an example"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "config.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "shared",
    "apps.accounts",
    "apps.catalog",
    "apps.inventory",
    "apps.orders",
    "apps.billing",
    "apps.audit",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.cache"

DATABASES = {"default": database("postgresql://postgres@127.0.0.1:5432/app")}
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": redis_url("redis://127.0.0.1:6379/0"),
        "KEY_PREFIX": "shop",
    }
}
# A client of Redis-only commands other than the cache's own connection (dotted name of a class), or None.
REDIS_CLIENT = None
TEST_RUNNER = "shared.test_runner.WorkersRunner" if "TR_SERVICES_SOCKET" in os.environ else "shared.test_runner.SeededRunner"
