"""Adds a migration after the last one of an app (a table and a row; no model changes) and prints its path: add_migration.py APP [NAME]"""
import re
import sys
from pathlib import Path

app, name = sys.argv[1], (sys.argv[2:] or ["note"])[0]
folder = Path(__file__).resolve().parents[1] / "apps" / app / "migrations"
last = sorted(path.stem for path in folder.glob("[0-9]*.py"))[-1]
stem = f"{int(re.match('[0-9]+', last)[0]) + 1:04d}_{name}"
(folder / f"{stem}.py").write_text(
    f'''from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("{app}", "{last}")]

    operations = [
        migrations.RunSQL(
            "CREATE TABLE {app}_{stem} (id serial PRIMARY KEY, note text); INSERT INTO {app}_{stem} (note) VALUES ('{stem}')",
            "DROP TABLE {app}_{stem}",
        ),
    ]
'''
)
print(folder / f"{stem}.py")
