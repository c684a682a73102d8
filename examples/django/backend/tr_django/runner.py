"""A test runner whose parallel processes use the ready-made databases and Redis servers of a task's workers."""
from django.db import connections
from django.test import TransactionTestCase, runner

from .settings import workers
from .workers import check_migrated, reset, use_worker


def _init_worker(counter, *_ignored):
    """Starts a process of the pool. Later Django versions pass more, which only matters without fork."""
    with counter.get_lock():
        counter.value += 1
        runner._worker_id = counter.value
    use_worker(runner._worker_id - 1)


class ParallelTestSuite(runner.ParallelTestSuite):
    init_worker = _init_worker

    def run(self, result):
        # A forked process must not inherit an open connection.
        connections.close_all()
        return super().run(result)


class TaskRunner(runner.DiscoverRunner):
    """
    Inside a task with services: as many processes as workers (fewer with `--parallel`), nothing created, migrated or
    destroyed, and a TransactionTestCase leaves a fresh clone behind instead of empty tables. Elsewhere: Django's own runner.
    """

    parallel_test_suite = ParallelTestSuite

    @classmethod
    def add_arguments(cls, parser):
        super().add_arguments(parser)
        if workers():
            parser.set_defaults(parallel=workers(), keepdb=True)

    def __init__(self, **options):
        super().__init__(**options)
        if workers():
            self.parallel = min(self.parallel or 1, workers())

    def setup_databases(self, **kwargs):
        if not workers():
            return super().setup_databases(**kwargs)
        use_worker(0)
        check_migrated()
        self._flush = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = lambda case: reset() if case.databases else None
        return []

    def teardown_databases(self, old_config, **kwargs):
        if not workers():
            return super().teardown_databases(old_config, **kwargs)
        TransactionTestCase._fixture_teardown = self._flush
        connections.close_all()
