from django.conf import settings
from django.utils.module_loading import import_string
from django_redis import get_redis_connection


def client():
    """For what a cache cannot do: hashes, sorted sets, locks, publish and subscribe."""
    return import_string(settings.REDIS_CLIENT)() if settings.REDIS_CLIENT else get_redis_connection("default")
