#!/usr/bin/env bash
# `make test`: everything that is needed, then all tests on both databases and, beside them, the page in a
# browser; then a client generated from the contract.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prerequisites.sh rust node cc
scripts/prepare-test.sh
make --no-print-directory page

# A build from nothing is quicker, and half as large, without what would make the next one quicker.
[ -d "${CARGO_TARGET_DIR:-target}/debug/incremental" ] || export CARGO_INCREMENTAL=0
# With the program that the rest asks: another build of it would compile every dependency again, since
# those of the tests add features.
cargo test --locked --no-run

# The browser waits for its one page much of the time: what it says is shown at the end.
said=$(mktemp)
scripts/browser-test.sh >"$said" 2>&1 &
browser=$!
end() {
  status=$?
  kill "$browser" 2>/dev/null || true
  wait "$browser" || true
  cat "$said"
  rm -f "$said"
  exit "$status"
}
trap end EXIT

scripts/with-postgres.sh cargo test --locked
make --no-print-directory test-client
wait "$browser"
