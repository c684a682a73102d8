import itertools
import os
import re
from functools import wraps
from unittest import skipIf

from django.conf import settings
from django.test import TestCase, TransactionTestCase

from apps.accounts.models import Company

from .redis import client

# The team's own pipeline has no Redis in tests: what needs a real one is skipped there.
needs_redis_server = skipIf(settings.REDIS_CLIENT, "Redis is mocked")


def each(*axes):
    """Makes a test method one method per combination of the values."""

    def mark(method):
        method.cases = list(itertools.product(*axes))
        return method

    return mark


def expand(cls):
    """Class decorator that writes out what `each` marked."""
    for name in dir(cls):
        method = getattr(cls, name)
        for case in getattr(method, "cases", ()):
            suffix = re.sub(r"\W+", "_", "_".join(map(str, case))).strip("_")
            setattr(cls, f"{name}__{suffix}", _bound(method, case))
        if hasattr(method, "cases"):
            # Hides the method itself, be it inherited or not, from the loader.
            setattr(cls, name, None)
    return cls


def _bound(method, case):
    @wraps(method)
    def test(self):
        return method(self, *case)

    return test


class SeededTestCase(TestCase):
    """Rolls back over the fixture."""

    @classmethod
    def setUpTestData(cls):
        cls.acme = Company.objects.get(slug="acme")


class CommittedTestCase(TransactionTestCase):
    """For code whose transactions have to be real."""

    def setUp(self):
        self.acme = Company.objects.get(slug="acme")


class RedisMixin:
    """An empty Redis for each test: nobody else uses this server."""

    def setUp(self):
        super().setUp()
        self.redis = client()
        self.redis.client_setname(f"shop-{os.getpid()}")
        self.redis.flushall()
