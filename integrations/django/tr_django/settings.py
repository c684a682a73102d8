"""For a settings module: where the database and Redis are, from the environment of the task."""
import os
import re
from urllib.parse import unquote, urlsplit


def worker():
    """Number of the worker this process is (from 0), or None: told by `tr` itself or by pytest-xdist (`gw0`, `gw1`…)."""
    xdist = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    if xdist:
        return int(xdist.group(1))
    return int(os.environ["TR_WORKER"]) if "TR_WORKER" in os.environ else None


def workers():
    """How many test processes have a database of their own: 0 outside a task with services, 1 in one without `workers`."""
    return int(os.environ.get("TR_WORKERS", "1" if "TR_SERVICES_SOCKET" in os.environ else "0"))


def url_of(name, index=None):
    """`NAME_<index>` of the environment when it is there, else `NAME`, else None."""
    own = os.environ.get(f"{name}_{index}") if index is not None else None
    return own or os.environ.get(name)


def parse_database_url(url):
    """The `DATABASES` entry of a `postgresql://user:password@host:port/name` address."""
    parts = urlsplit(url)
    name = unquote(parts.path[1:])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def database(default_url):
    """`DATABASES["default"]`: the worker's database, else the task's, else `default_url`."""
    entry = parse_database_url(url_of("DATABASE_URL", worker()) or default_url)
    # For test runners that know nothing of `tr`: what they create starts as a copy of the migrated database.
    if workers():
        entry["TEST"] = {"TEMPLATE": entry["NAME"]}
    return entry


def redis_url(default_url=None):
    """Address of the worker's own Redis, else the task's, else `default_url`."""
    return url_of("REDIS_URL", worker()) or default_url
