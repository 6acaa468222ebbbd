#!/usr/bin/env bash
# standby-pair.sh start|swap|stop DIR: two PostgreSQL servers on 127.0.0.1, one of them the other's synchronous standby.
#   start  makes them in DIR and prints the ports
#   swap   kills the one that takes writes, promotes the other, and makes the first one its standby
#   stop   ends both
set -euo pipefail

what=$1
dir=$2
bin=$("$(dirname "$0")/postgres-bin.sh")
# PostgreSQL refuses to run as root: then an existing user without rights runs it.
as_user=()
if [ "$(id -u)" = 0 ]; then
  user=$({ getent passwd postgres || getent passwd nobody; } | cut -d: -f1)
  chown "$user" "$dir"
  as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups env "HOME=$dir")
fi
pg() { (cd "$dir" && "${as_user[@]}" "$bin/$@"); }
port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
start() {
  pg pg_ctl start -D "$dir/$1" -l "$dir/$1.log" -w -s \
    -o "-p $(cat "$dir/$1.port") -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
}
sql() { pg psql -h 127.0.0.1 -p "$(cat "$dir/$1.port")" -U xunge -q -A -t -d postgres -c "$2"; }

# $2 follows $1, and nothing is acknowledged any more that $2 does not have.
follow() {
  rm -rf "${dir:?}/$2"
  pg pg_basebackup -h 127.0.0.1 -p "$(cat "$dir/$1.port")" -U xunge -D "$dir/$2" -R -X stream -c fast
  start "$2"
  sql "$1" "ALTER SYSTEM SET synchronous_standby_names = '*'"
  sql "$1" 'SELECT pg_reload_conf()' >/dev/null
  for _ in {1..100}; do
    [ "$(sql "$1" 'SELECT sync_state FROM pg_stat_replication')" != sync ] || return 0
    sleep 0.1
  done
  echo "$2 does not follow $1" >&2
  exit 1
}

case $what in
  start)
    port >"$dir/a.port"
    port >"$dir/b.port"
    pg initdb -D "$dir/a" -U xunge -A trust -E UTF8 --locale=C >"$dir/initdb.log"
    start a
    follow a b
    echo a >"$dir/primary"
    cat "$dir/a.port" "$dir/b.port"
    ;;
  swap)
    old=$(cat "$dir/primary")
    new=$([ "$old" = a ] && echo b || echo a)
    kill -9 "$(head -n 1 "$dir/$old/postmaster.pid")"
    # Nobody answers for it any more: in a real outage that is for whoever promotes to see to.
    pg pg_ctl promote -D "$dir/$new" -w -s
    sql "$new" 'ALTER SYSTEM RESET synchronous_standby_names'
    sql "$new" 'SELECT pg_reload_conf()' >/dev/null
    echo "$new" >"$dir/primary"
    follow "$new" "$old"
    ;;
  stop)
    for one in a b; do
      pg pg_ctl stop -D "$dir/$one" -m immediate -s >/dev/null 2>&1 || true
    done
    ;;
esac
