#!/bin/bash
# What a CI provider's containers are to a job: an empty PostgreSQL and an empty Redis, new for each run.
#   servers.sh start DIRECTORY PGPORT REDISPORT   prints DATABASE_URL and REDIS_URL as shell assignments
#   servers.sh stop DIRECTORY
set -euo pipefail
command=$1 directory=$2
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)

# PostgreSQL refuses root.
as_user() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$directory" "$@"; else "$@"; fi
}

case $command in
start)
  mkdir -p "$directory" && chmod 711 "$directory"
  mkdir "$directory/pg" "$directory/redis"
  [ "$(id -u)" != 0 ] || chown postgres "$directory/pg"
  cd "$directory/pg"
  as_user "$bin/initdb" -D "$directory/pg/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  as_user "$bin/pg_ctl" -D "$directory/pg/data" -l "$directory/pg/log" -w -o \
    "-p $3 -c listen_addresses=127.0.0.1 -c unix_socket_directories='$directory/pg' -c fsync=off -c full_page_writes=off" start >/dev/null
  as_user "$bin/createdb" -h "$directory/pg" -p "$3" -U postgres app
  redis-server --port "$4" --bind 127.0.0.1 --save "" --appendonly no --dir "$directory/redis" \
    --daemonize yes --pidfile "$directory/redis/pid" --logfile "$directory/redis/log" >/dev/null
  echo "DATABASE_URL=postgresql://postgres:trust@127.0.0.1:$3/app"
  echo "REDIS_URL=redis://127.0.0.1:$4/0"
  ;;
stop)
  cd /
  [ ! -f "$directory/redis/pid" ] || kill "$(cat "$directory/redis/pid")" || true
  [ ! -d "$directory/pg/data" ] || as_user "$bin/pg_ctl" -D "$directory/pg/data" -m immediate stop >/dev/null || true
  rm -rf "$directory"
  ;;
esac
