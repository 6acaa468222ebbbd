#!/usr/bin/env bash
# with-service.sh COMMAND…: runs it beside a real service on a free port of 127.0.0.1 with fresh data,
# whose address is in $XUNGE_URL, its data folder in $XUNGE_DATA. The binary is $XUNGE_BIN, else the debug build. Service and data are
# gone afterwards, also on Ctrl-C; when the command fails, the service's last words are shown.
set -euo pipefail

target=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}
bin=${XUNGE_BIN:-$target/debug/xunge}
folder=$(mktemp -d "${TMPDIR:-/tmp}/xunge-service.XXXXXX")
server=
command=

clean_up() {
  trap '' INT TERM
  [ -z "$command" ] || kill "$command" 2>/dev/null || true
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then
    for _ in {1..50}; do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
    kill -9 "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# A debug build on a busy machine may take longer for a search than anybody should wait.
printf '[searches]\ntime_limit_s = 300\n' >"$folder/settings.toml"
"$bin" serve --keyless --config "$folder/settings.toml" --listen "127.0.0.1:$port" --data "$folder/data" >"$folder/server.log" 2>&1 &
server=$!
export XUNGE_URL="http://127.0.0.1:$port" XUNGE_DATA="$folder/data" XUNGE_BIN="$bin"

for ((second = 0; ; second++)); do
  if node -e 'fetch(process.env.XUNGE_URL + "/readyz").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'; then break; fi
  if ! kill -0 "$server" 2>/dev/null || [ "$second" = 180 ]; then
    echo "the service did not become ready; its last words:" >&2
    tail -n 40 "$folder/server.log" >&2
    exit 1
  fi
  sleep 1
done

# In the background: a signal is heard at once, not when the command has ended.
"$@" </dev/null &
command=$!
wait "$command" || {
  status=$?
  tail -n 40 "$folder/server.log" >&2
  exit "$status"
}
