"""
Hashed passwords of the fixture's users. Hashing is slow on purpose and no matter of the database, so a task of its own
does it (`manage.py hash_passwords`), once; what its file does not have is hashed on the spot.
"""
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.hashers import make_password

from apps.accounts.models import ROLES

FILE = Path(__file__).with_name("passwords.json")
COMPANIES = {"acme": "DE", "borel": "FR", "cassis": "LU"}


def names_of(slug):
    return [(role, f"{slug}-{role}-{index}") for role in ROLES for index in range(2)]


def hashed(name):
    return stored().get(name) or make_password(f"secret of {name}")


@lru_cache(maxsize=None)
def stored():
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def store():
    names = [name for slug in COMPANIES for _, name in names_of(slug)]
    FILE.write_text(json.dumps({name: make_password(f"secret of {name}") for name in names}))
