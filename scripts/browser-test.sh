#!/usr/bin/env bash
# The page in a headless Chromium against a real service with fresh data. The binary is $XUNGE_BIN,
# else the debug build. The test finds the service in $XUNGE_URL and the browser in $CHROMIUM;
# screenshots go to $XUNGE_SHOTS.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
bin=${XUNGE_BIN:-$target/debug/xunge}
CHROMIUM=$(scripts/chromium.sh)
XUNGE_SHOTS=${XUNGE_SHOTS:-$PWD/target/screenshots}
mkdir -p "$XUNGE_SHOTS"
folder=$(mktemp -d "${TMPDIR:-/tmp}/xunge-page.XXXXXX")
server=

clean_up() {
  trap '' INT TERM
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
"$bin" serve --keyless --listen "127.0.0.1:$port" --data "$folder/data" >"$folder/server.log" 2>&1 &
server=$!
export CHROMIUM XUNGE_SHOTS XUNGE_URL="http://127.0.0.1:$port"

for ((second = 0; ; second++)); do
  if node -e 'fetch(process.env.XUNGE_URL + "/readyz").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'; then break; fi
  if ! kill -0 "$server" 2>/dev/null || [ "$second" = 180 ]; then
    echo "the service did not become ready; its last words:" >&2
    tail -n 40 "$folder/server.log" >&2
    exit 1
  fi
  sleep 1
done

node --test web/test/browser.mjs || {
  status=$?
  tail -n 40 "$folder/server.log" >&2
  exit "$status"
}
