#!/usr/bin/env bash
# The write door with a flush that takes 3 ms: SQLite, PostgreSQL alone, PostgreSQL with a synchronous standby.
# Needs a C compiler and PostgreSQL's server programs; about two minutes after the build. Ends by itself.
# With BENCH='cargo test --bench door' it measures the debug build, XUNGE_PROGRAM names any other.
set -euo pipefail
cd "$(dirname "$0")/../.."

bench=${BENCH:-cargo bench --bench door}
# In memory: a flush takes its 3 ms and nothing else.
export TMPDIR=${TMPDIR:-/dev/shm}
folder=$(mktemp -d "$TMPDIR/xunge-door.XXXXXX")
"${CC:-cc}" -shared -fPIC -O2 -o "$folder/slow_flush.so" benches/door/slow_flush.c -ldl
source scripts/postgres-user.sh

clean_up() {
  trap '' INT TERM
  for data in standby main; do
    [ ! -d "$folder/$data" ] || pg pg_ctl stop -D "$folder/$data" -m immediate -s >/dev/null 2>&1 || true
  done
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start() { # DATA PORT: a server whose flushes take 3 ms
  as_slow=("${as_user[@]}")
  (cd "$folder" && ${as_slow[@]+"${as_slow[@]}"} env "LD_PRELOAD=$folder/slow_flush.so" "$pg_bin/pg_ctl" start -D "$folder/$1" -w -s \
    -l "$folder/$1.log" -o "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories=")
}
psql() { pg psql -h 127.0.0.1 -p "$main" -U xunge -q -d postgres -c "$1"; }

echo '== SQLite'
XUNGE_PRELOAD="$folder/slow_flush.so" $bench

pg initdb -D "$folder/main" -U xunge -A trust -E UTF8 --locale=C >"$folder/initdb.log"
main=$(port)
start main "$main"
psql 'CREATE DATABASE alone'
psql 'CREATE DATABASE mirrored'
echo '== PostgreSQL'
XUNGE_DATABASE="postgres://xunge@127.0.0.1:$main/alone" $bench

pg pg_basebackup -h 127.0.0.1 -p "$main" -U xunge -D "$folder/standby" -R -X stream -c fast
second=$(port)
start standby "$second"
psql "ALTER SYSTEM SET synchronous_standby_names = '*'"
psql 'SELECT pg_reload_conf()' >/dev/null
echo '== PostgreSQL with a synchronous standby'
XUNGE_DATABASE="postgres://xunge@127.0.0.1:$main/mirrored" $bench
