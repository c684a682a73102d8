"""What only works when nobody else uses this database or this Redis. The classes run in different processes."""
import os
import time

from django.db import connection
from django.test import SimpleTestCase

from apps.accounts.models import Company
from shared.testing import CommittedTestCase, RedisMixin, each, expand, needs_redis_server

MOMENT = 0.15


class OwnRedis(RedisMixin):
    @each("abc")
    def test_nobody_empties_it(self, name):
        self.redis.set("mine", os.getpid())
        time.sleep(MOMENT)
        self.assertEqual((self.redis.dbsize(), self.redis.get("mine")), (1, str(os.getpid()).encode()))

    def test_nobody_configures_it(self):
        for policy in ("allkeys-lru", "volatile-ttl"):
            self.redis.config_set("maxmemory-policy", policy)
            time.sleep(MOMENT / 2)
            self.assertEqual(self.redis.config_get("maxmemory-policy"), {"maxmemory-policy": policy})

    def test_nobody_else_is_connected(self):
        time.sleep(MOMENT)
        names = {client["name"] for client in self.redis.client_list() if client["name"].startswith("shop-")}
        self.assertEqual(names, {f"shop-{os.getpid()}"})

    def test_hears_only_itself(self):
        listener = self.redis.pubsub(ignore_subscribe_messages=True)
        listener.subscribe("news")
        listener.get_message(timeout=5)
        time.sleep(MOMENT)
        self.assertEqual(self.redis.publish("news", os.getpid()), 1)
        self.assertEqual(listener.get_message(timeout=5)["data"], str(os.getpid()).encode())
        self.assertIsNone(listener.get_message())
        listener.close()


class OwnDatabase:
    def fetch(self, statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    @each("abc")
    def test_nobody_holds_the_lock(self, name):
        # Advisory locks are per database.
        self.assertTrue(self.fetch("SELECT pg_try_advisory_lock(4711)"))
        time.sleep(MOMENT)
        self.assertTrue(self.fetch("SELECT pg_advisory_unlock(4711)"))

    def test_nobody_else_is_connected(self):
        time.sleep(MOMENT)
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        self.assertEqual(self.fetch(others), 0)

    def test_nobody_else_writes(self):
        Company.objects.create(name="Temporary", slug="temporary", code="TMP")
        time.sleep(MOMENT)
        self.assertEqual(Company.objects.filter(slug="temporary").delete()[0], 1)


@needs_redis_server
@expand
class RedisOfOneWorker(OwnRedis, SimpleTestCase):
    pass


@needs_redis_server
@expand
class RedisOfAnotherWorker(OwnRedis, SimpleTestCase):
    pass


@expand
class DatabaseOfOneWorker(OwnDatabase, CommittedTestCase):
    pass


@expand
class DatabaseOfAnotherWorker(OwnDatabase, CommittedTestCase):
    pass
