"""Runs a small project's tests as `tr` would, on a PostgreSQL and Redis servers of its own. `python -m unittest` here."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVERS = HERE.parents[2] / "examples/django/baseline/servers.sh"
sys.path.insert(0, str(HERE.parent))


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [str(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class SettingsTests(unittest.TestCase):
    def setUp(self):
        self.addCleanup(os.environ.update, dict(os.environ))
        self.addCleanup(os.environ.clear)
        os.environ.clear()

    def test_outside_of_a_task(self):
        from tr_django.settings import database, redis_url, worker

        self.assertIsNone(worker())
        self.assertIsNone(redis_url())
        self.assertEqual(database("postgresql://me@db/shop")["NAME"], "shop")

    def test_escapes(self):
        from tr_django.settings import parse_database_url

        entry = parse_database_url("postgresql://a%40b:p%2Fw@127.0.0.1:5433/my%20app")
        self.assertEqual((entry["USER"], entry["PASSWORD"], entry["NAME"]), ("a@b", "p/w", "my app"))
        self.assertEqual((entry["HOST"], entry["PORT"]), ("127.0.0.1", "5433"))

    def test_worker_of_xdist(self):
        from tr_django.settings import database, redis_url

        os.environ.update(TR_WORKERS="2", DATABASE_URL="postgresql://u@h:1/app", REDIS_URL="redis://h:2/0")
        os.environ.update(DATABASE_URL_1="postgresql://u@h:1/app_1", REDIS_URL_1="redis://h:3/0")
        self.assertEqual(database("")["NAME"], "app")
        os.environ["PYTEST_XDIST_WORKER"] = "gw1"
        self.assertEqual((database("")["NAME"], redis_url()), ("app_1", "redis://h:3/0"))


class RunnerTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp()
        os.chmod(cls.directory, 0o711)
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.project = f"{cls.directory}/project"
        shutil.copytree(HERE / "project", cls.project)
        started = subprocess.run(
            [SERVERS, "start", f"{cls.directory}/servers", *free_ports(2)], check=True, capture_output=True, text=True
        )
        cls.addClassCleanup(subprocess.run, [SERVERS, "stop", f"{cls.directory}/servers"], check=True)
        cls.env = {
            **os.environ,
            **dict(line.split("=", 1) for line in started.stdout.split()),
            "PYTHONPATH": f"{HERE.parent}:{cls.project}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SEEN": f"{cls.directory}/seen",
            "PROCESSES": "1",
        }
        cls.run_in(sys.executable, "manage.py", "migrate", "--verbosity", "0")

    def setUp(self):
        Path(self.env["SEEN"]).write_text("")

    @classmethod
    def run_in(cls, *command, code=0, **env):
        run = subprocess.run(command, cwd=cls.project, env={**cls.env, **env}, capture_output=True, text=True)
        assert run.returncode == code, f"{run.returncode}\n{run.stdout}\n{run.stderr}"
        return run.stdout + run.stderr

    def in_workers(self, count, *command, **options):
        return self.run_in(sys.executable, str(HERE / "with_workers.py"), str(count), sys.executable, *command, **options)

    def databases(self):
        sql = "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"
        return self.run_in("psql", "-qtA", self.env["DATABASE_URL"], "-c", sql).split()

    def seen(self):
        return {tuple(line.split()) for line in Path(self.env["SEEN"]).read_text().splitlines()}

    def test_serial(self):
        self.assertIn("OK", self.in_workers(1, "manage.py", "test"))
        self.assertEqual({(index, name) for index, name, *_ in self.seen()}, {("0", "test_app_1")})

    def test_parallel(self):
        answer = self.in_workers(3, "manage.py", "test", PROCESSES="3")
        self.assertIn("OK", answer)
        self.assertNotIn("Creating test database", answer)
        # One process per worker, each with a database and a Redis that no other has.
        seen = self.seen()
        self.assertEqual(len(seen), 3)
        for column in zip(*seen):
            self.assertEqual(len(set(column)), len(seen))
        self.assertEqual(self.databases(), ["app", "postgres"])

    def test_task_without_workers(self):
        labels = ["notes.tests.A.test_rolled_back", "notes.tests.B.test_reference_rows"]
        labels += [f"notes.tests.Committed.test_{name}" for name in ("first", "second", "third")]
        answer = self.in_workers(0, "manage.py", "test", *labels)
        self.assertIn("Ran 5 tests", answer)
        self.assertNotIn("Creating test database", answer)

    def test_fewer_processes_than_workers(self):
        self.in_workers(2, "manage.py", "test", "--parallel", "1")
        self.assertEqual({index for index, *_ in self.seen()}, {"0"})

    def test_shared_redis_is_noticed(self):
        answer = self.in_workers(2, "manage.py", "test", code=1, SHARED_REDIS="1", PROCESSES="2")
        self.assertIn("FAIL: test_own_database_and_redis", answer)

    def test_unapplied_migration(self):
        file = Path(self.project, "notes/migrations/0002_more.py")
        file.write_text(
            "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
            "    dependencies = [('notes', '0001_initial')]\n"
        )
        self.addCleanup(file.unlink)
        answer = self.in_workers(2, "manage.py", "test", code=1)
        self.assertIn("lacks 1 migrations (notes.0002_more)", answer)

    def test_djangos_own_runner_finds_the_databases(self):
        self.in_workers(
            2, "manage.py", "test", "--keepdb", "--parallel", "2", "notes.tests.B.test_reference_rows",
            "notes.tests.A.test_rolled_back", "--testrunner", "django.test.runner.DiscoverRunner",
        )  # fmt: skip
        self.run_in("psql", "-q", self.env["DATABASE_URL"], "-c", "DROP DATABASE test_app")

    def test_without_tr(self):
        answer = self.run_in(sys.executable, "manage.py", "test", "notes.tests.B.test_reference_rows")
        self.assertIn("Creating test database", answer)

    def test_pytest_xdist(self):
        options = ["--ds=settings", "-p", "no:cacheprovider", "notes/tests.py"]
        answer = self.in_workers(2, "-m", "pytest", "-q", "-n", "2", *options, WORKER_DATABASE="other_{i}", PROCESSES="2")
        self.assertIn("14 passed", answer)
        self.assertEqual({(index, name) for index, name, *_ in self.seen()}, {("0", "other_0"), ("1", "other_1")})

    def test_pytest_alone(self):
        options = ["--ds=settings", "-p", "no:cacheprovider", "notes/tests.py"]
        self.assertIn("14 passed", self.in_workers(2, "-m", "pytest", "-q", *options))
        self.assertEqual({index for index, *_ in self.seen()}, {"0"})


if __name__ == "__main__":
    unittest.main()
