"""
Tests without Redis, as the team runs them: four processes would meet in one Redis, so each has a cache in its own memory
and Redis-only commands are mocked.
"""
from config.settings import *  # noqa: F403

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS_CLIENT = "fake_redis.FakeRedis"
