import os
import time

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, TransactionTestCase

from .models import Note


class Own:
    """Every class runs this. It waits for the other processes, so that each has its turn at the same time."""

    def test_own_database_and_redis(self):
        index = os.environ["TR_WORKER"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            name = cursor.fetchone()[0]
        self.assertEqual(name, os.environ[f"PGDATABASE_{index}"])
        self.assertEqual(name, os.environ["PGDATABASE"])
        self.assertEqual(settings.REDIS_URL, os.environ[f"REDIS_URL_{index}"])
        cache.set("pid", os.getpid())
        with open(os.environ["SEEN"], "a") as file:
            file.write(f"{index} {name} {settings.REDIS_URL} {os.getpid()}\n")
        self.wait_for_all(time.monotonic() + 30)
        self.assertEqual(cache.get("pid"), os.getpid())

    def wait_for_all(self, end):
        seen = set()
        while len(seen) < int(os.environ["PROCESSES"]):
            self.assertLess(time.monotonic(), end, f"only {seen}")
            time.sleep(0.01)
            with open(os.environ["SEEN"]) as file:
                seen = {line.split()[0] for line in file}


class A(Own, TestCase):
    def test_rolled_back(self):
        Note.objects.create(text="gone")


class B(Own, TestCase):
    def test_reference_rows(self):
        self.assertEqual(Note.objects.get().text, "from a migration")


class C(Own, TestCase):
    pass


class D(Own, TestCase):
    pass


class Committed(Own, TransactionTestCase):
    """Each finds the snapshot again, whatever the one before committed."""

    def check(self):
        self.assertEqual([note.text for note in Note.objects.all()], ["from a migration"])
        Note.objects.create(text="committed")

    test_first = test_second = test_third = check


class CommittedToo(Committed):
    pass
