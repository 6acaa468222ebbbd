#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs it beside a throw-away PostgreSQL on a free port of 127.0.0.1,
# whose address is in $XUNGE_TEST_PG. Server and data are gone afterwards, also on Ctrl-C.
set -euo pipefail

source "$(dirname "$0")/fast-folder.sh"
folder=$(mktemp -d "$fast_folder/xunge-pg.XXXXXX")
source "$(dirname "$0")/postgres-user.sh"

clean_up() {
  trap '' INT TERM
  pg pg_ctl stop -D "$folder/data" -m immediate -s >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pg initdb -D "$folder/data" -U xunge -A trust -E UTF8 --locale=C >"$folder/initdb.log" 2>&1 ||
  { cat "$folder/initdb.log" >&2; exit 1; }

# Another program may take the free port before PostgreSQL does: try again with the next.
for attempt in 1 2 3 4 5; do
  port=$(port)
  options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300"
  if pg pg_ctl start -D "$folder/data" -l "$folder/data/server.log" -o "$options" -w -s; then break; fi
  [ "$attempt" != 5 ] || { cat "$folder/data/server.log" >&2; exit 1; }
done

export XUNGE_TEST_PG="postgres://xunge@127.0.0.1:$port/postgres"
echo "throw-away PostgreSQL: $XUNGE_TEST_PG"
TMPDIR=$fast_folder "$@"
