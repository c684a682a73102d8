#!/bin/bash
# Their false hit, reproduced: a migration that cannot run is skipped on a branch, the marker is saved all the same, and
# the run that is told to migrate finds the marker and stays green.
#   false-hit.sh CHECKOUT CACHE     (CHECKOUT is a copy: a migration is added to it)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cat >"$1/backend/apps/audit/migrations/0014_cannot_run.py" <<'PYTHON'
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("audit", "0013_retention_defaults")]

    operations = [migrations.RunSQL("ALTER TABLE audit_no_such_table ADD COLUMN note text")]
PYTHON
export STEPS="containers wait migrate"
"$here/ci.sh" "$1" feature/note "$2"
RUN_MIGRATION_ON_ALL_BRANCHES=true "$here/ci.sh" "$1" feature/note "$2"
echo "Both runs are green. Without the cache:"
RUN_MIGRATION_ON_ALL_BRANCHES=true "$here/ci.sh" "$1" feature/note "$(mktemp -d "$2/empty.XXXXXX")" && exit 1
echo "The migration never ran."
