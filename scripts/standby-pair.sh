#!/usr/bin/env bash
# standby-pair.sh start|swap|stop DIR: two PostgreSQL servers on 127.0.0.1, one of them the other's synchronous standby.
#   start  makes them in DIR and prints the ports
#   swap   kills the one that takes writes, promotes the other, and makes the first one its standby
#   stop   ends both
set -euo pipefail

what=$1
folder=$2
source "$(dirname "$0")/postgres-user.sh"
start() {
  pg pg_ctl start -D "$folder/$1" -l "$folder/$1.log" -w -s \
    -o "-p $(cat "$folder/$1.port") -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
}
sql() { pg psql -h 127.0.0.1 -p "$(cat "$folder/$1.port")" -U xunge -q -A -t -d postgres -c "$2"; }

# $2 follows $1, and nothing is acknowledged any more that $2 does not have.
follow() {
  rm -rf "${folder:?}/$2"
  pg pg_basebackup -h 127.0.0.1 -p "$(cat "$folder/$1.port")" -U xunge -D "$folder/$2" -R -X stream -c fast
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
    port >"$folder/a.port"
    port >"$folder/b.port"
    pg initdb -D "$folder/a" -U xunge -A trust -E UTF8 --locale=C >"$folder/initdb.log"
    start a
    follow a b
    echo a >"$folder/primary"
    cat "$folder/a.port" "$folder/b.port"
    ;;
  swap)
    old=$(cat "$folder/primary")
    new=$([ "$old" = a ] && echo b || echo a)
    kill -9 "$(head -n 1 "$folder/$old/postmaster.pid")"
    # Nobody answers for it any more: in a real outage that is for whoever promotes to see to.
    pg pg_ctl promote -D "$folder/$new" -w -s
    sql "$new" 'ALTER SYSTEM RESET synchronous_standby_names'
    sql "$new" 'SELECT pg_reload_conf()' >/dev/null
    echo "$new" >"$folder/primary"
    follow "$new" "$old"
    ;;
  stop)
    for one in a b; do
      pg pg_ctl stop -D "$folder/$one" -m immediate -s >/dev/null 2>&1 || true
    done
    ;;
esac
