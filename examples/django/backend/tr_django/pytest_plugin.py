"""For pytest-django, with or without pytest-xdist: `pytest_plugins = ["tr_django.pytest_plugin"]` in conftest.py."""
import pytest
from django.test import TransactionTestCase

from .settings import worker, workers
from .workers import check_migrated, reset, use_worker

if workers():

    @pytest.fixture(scope="session")
    def django_db_setup(django_db_blocker):
        """The worker's database is there and migrated: nothing is created, nothing destroyed."""
        with django_db_blocker.unblock():
            use_worker(worker() or 0)
            check_migrated()
        flush = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = lambda case: reset() if case.databases else None
        yield
        TransactionTestCase._fixture_teardown = flush
