import os

from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from django.test.runner import DiscoverRunner

from tr_django.runner import TaskRunner


def tests_of(suite):
    for test in suite:
        if hasattr(test, "id"):
            yield test.id()
        else:
            yield from tests_of(test)


class RecordsResults:
    """Writes one line per test (`ok` or what else, then its name), sorted, to the file that TEST_RESULTS names."""

    def run_suite(self, suite, **kwargs):
        outcomes = {name: "ok" for name in tests_of(suite)}
        result = super().run_suite(suite, **kwargs)
        for outcome, tests in (("skipped", result.skipped), ("fail", result.failures), ("error", result.errors)):
            for test, _ in tests:
                outcomes[getattr(test, "test_case", test).id()] = outcome
        if "TEST_RESULTS" in os.environ:
            with open(os.environ["TEST_RESULTS"], "w") as file:
                file.writelines(f"{outcome} {name}\n" for name, outcome in sorted(outcomes.items()))
        return result


class WorkersRunner(RecordsResults, TaskRunner):
    """In a task of `tr`: the databases are there, migrated and seeded."""


class SeededRunner(RecordsResults, DiscoverRunner):
    """Without `tr`: Django makes the test database, then the fixture is filled in, then each process gets a copy."""

    def setup_databases(self, **kwargs):
        # Emptying every table after a test takes long and would remove the fixture.
        TransactionTestCase._fixture_teardown = lambda case: None
        processes, self.parallel = self.parallel, 1
        old_config = super().setup_databases(**kwargs)
        self.parallel = processes
        if old_config:
            call_command("seed", verbosity=0)
            for number in range(1, processes + 1 if processes > 1 else 1):
                connection.creation.clone_test_db(str(number), self.verbosity, keepdb=self.keepdb)
        return old_config
