#!/bin/bash
# One run of the team's own pipeline, step by step as they had it (see README.md).
#   ci.sh CHECKOUT BRANCH CACHE
# CHECKOUT: a clone of the commit; CACHE: the folder that the CI provider keeps between runs.
# RUN_MIGRATION_ON_ALL_BRANCHES=true migrates elsewhere than on develop and master. STEPS narrows what runs, PROCESSES
# says how many test processes (4), PGPORT and REDISPORT where the containers listen. After each step one line:
#   step NAME SECONDS (user+system SECONDS)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$1" && pwd) branch=$2
mkdir -p "$3" && cache=$(cd "$3" && pwd)
pgport=${PGPORT:-5432} redisport=${REDISPORT:-6379}
containers=$(mktemp -d "${TMPDIR:-/tmp}/ci-containers.XXXXXX")
finish() {
  local status=$?
  [ $status = 0 ] || echo "step $step failed"
  rm -f "$containers.time"
  "$here/servers.sh" stop "$containers"
}
trap finish EXIT
cd "$checkout/backend"

step_containers() {
  "$here/servers.sh" start "$containers" "$pgport" "$redisport" >/dev/null
}

# As `dockerize -wait tcp://…  -timeout 10m`: an open port is taken for a ready service.
step_wait() {
  for port in "$pgport" "$redisport"; do
    for _ in $(seq 600); do
      (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue 2
      sleep 1
    done
    echo "Nothing listens on $port."
    return 1
  done
}

# The CI provider's cache: a folder saved whole under a key, never overwritten.
step_install() {
  local key
  key=deps-$(md5sum <requirements.txt | cut -d' ' -f1)
  if [ -f "$cache/$key.tar.gz" ]; then
    tar -xzf "$cache/$key.tar.gz"
  else
    ./py scripts/install.py
    tar -czf "$cache/$key.tar.gz" .packages
  fi
}

step_migrate() {
  local hash key
  hash=$(find apps -path '*migrations*' -name '*.py' -exec md5sum {} + | sort | md5sum | cut -d' ' -f1)
  key=cache-${branch//\//-}-$hash
  if [ -f "$cache/$key" ]; then
    echo "migrations: hit $key"
    return
  fi
  if [ "$branch" = develop ] || [ "$branch" = master ] || [ "${RUN_MIGRATION_ON_ALL_BRANCHES:-}" = true ]; then
    echo "migrations: miss $key, running"
    ./py manage.py migrate --verbosity 0
  else
    echo "migrations: miss $key, skipped on $branch"
  fi
  touch "$cache/$key"
}

step_test() {
  DJANGO_SETTINGS_MODULE=settings_ci ./py manage.py test --noinput --parallel "${PROCESSES:-4}"
}

export DATABASE_URL=postgresql://postgres:trust@127.0.0.1:$pgport/app PYTHONPATH=$here
export -n PGPORT
TIMEFORMAT='%R (%U+%S)'
for step in ${STEPS:-containers wait install migrate test}; do
  { time "step_$step" >&3 2>&4; } 3>&1 4>&2 2>"$containers.time"
  echo "step $step $(tail -n 1 "$containers.time")"
done
