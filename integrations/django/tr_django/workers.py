"""Moves a running process to the database and the Redis of one worker, and puts that database back."""
import http.client
import os
import socket
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from .settings import parse_database_url, workers

# What the task was started with: aliases and caches that use these follow the worker.
TASK_DATABASE = os.environ.get("DATABASE_URL", "")
TASK_REDIS = os.environ.get("REDIS_URL", "")


def use_worker(index):
    """Points this process at worker `index` (from 0): connections, caches, settings and the environment of its children."""
    if "TR_WORKERS" not in os.environ:
        return  # A task without workers: it has one database, and is there.
    if f"DATABASE_URL_{index}" not in os.environ:
        raise ImproperlyConfigured(f"Worker {index} has no database: the task has {workers()} workers.")
    os.environ["TR_WORKER"] = str(index)
    _use_database(os.environ[f"DATABASE_URL_{index}"])
    if f"REDIS_URL_{index}" in os.environ:
        _use_redis(os.environ[f"REDIS_URL_{index}"])


def _use_database(url):
    name = parse_database_url(url)["NAME"]
    for alias in task_aliases():
        connections[alias].close()
        # In place, as Django's own runner does: new threads read the same dictionary.
        connections[alias].settings_dict["NAME"] = settings.DATABASES[alias]["NAME"] = name
    os.environ["DATABASE_URL"], os.environ["PGDATABASE"] = url, name


def task_aliases():
    """Aliases on the server of the task's database; another server's databases are left alone."""
    task = parse_database_url(TASK_DATABASE)
    same = lambda entry: (entry["HOST"], str(entry["PORT"])) == (task["HOST"], task["PORT"])
    return [alias for alias in connections if same(connections[alias].settings_dict)]


def _use_redis(url):
    def moved(location):
        if isinstance(location, (list, tuple)):
            return [moved(one) for one in location]
        return url if location in (TASK_REDIS, os.environ["REDIS_URL"]) else location

    caches = {name: {**entry, "LOCATION": moved(entry.get("LOCATION", ""))} for name, entry in settings.CACHES.items()}
    os.environ["REDIS_URL"] = url
    # Signals as `override_settings` sends them: Django drops its caches, an application may drop its clients.
    for name, value in {"CACHES": caches, "REDIS_URL": url}.items():
        if name == "CACHES" or hasattr(settings, name):
            setattr(settings, name, value)
            setting_changed.send(sender=settings.__class__, setting=name, value=value, enter=True)


def check_migrated():
    """Fails when a migration of the source is not in the worker's database: its file is no step of the snapshot."""
    loader = MigrationLoader(connections[task_aliases()[0]])
    missing = sorted(".".join(key) for key in set(loader.graph.nodes) - set(loader.applied_migrations))
    if missing:
        raise ImproperlyConfigured(
            f"The database of this task lacks {len(missing)} migrations ({', '.join(missing[:5])}). "
            "Are their files among the `steps` of the task that makes the snapshot?"
        )


def reset():
    """Makes the worker's database a fresh clone of the snapshot again. Its connections are closed."""
    for alias in task_aliases():
        connections[alias].close()
    connection = _SocketConnection(os.environ["TR_SERVICES_SOCKET"])
    service = getattr(settings, "TR_DATABASE_SERVICE", "db")
    worker = {"worker": os.environ["TR_WORKER"]} if "TR_WORKER" in os.environ else {}
    query = urlencode({"service": service, **worker})
    try:
        connection.request("POST", f"/reset?{query}")
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    finally:
        connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"POST /reset?{query} was answered with {answer.status} {text}")


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
