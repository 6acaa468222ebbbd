#!/usr/bin/env bash
# `make torture`: what `make test` does a few times, many times: the program killed in the middle of writes, the
# primary of PostgreSQL killed under load, crowds of clients that say nothing, read nothing or send garbage, a full
# disk, a frozen and a deleted database. Prints the table of docs/reliability.md. About ten minutes; ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prerequisites.sh rust node cc
scripts/prepare-test.sh
export XUNGE_TEST_KILLS=${XUNGE_TEST_KILLS:-100} XUNGE_TEST_FAILOVERS=${XUNGE_TEST_FAILOVERS:-5}
export XUNGE_TEST_SILENT=${XUNGE_TEST_SILENT:-2000} XUNGE_TEST_FILES=${XUNGE_TEST_FILES:-1024}
export XUNGE_TEST_DEAF=${XUNGE_TEST_DEAF:-2000} XUNGE_TEST_GARBAGE=${XUNGE_TEST_GARBAGE:-20000}
XUNGE_TEST_TOLLS=$(mktemp)
export XUNGE_TEST_TOLLS
trap 'rm -f "$XUNGE_TEST_TOLLS"' EXIT
# Both ends of each connection lie here.
ulimit -n "$(ulimit -H -n)"

timeout 3600 scripts/with-postgres.sh cargo test --locked --test it -- --nocapture --test-threads 1 \
  kill:: failover:: hosts:: pressure:: crowds:: log::disk::
echo
echo "| fault | tries | acknowledged and lost | longest wait, s | RSS before, MB | RSS after, MB |"
echo "|---|---|---|---|---|---|"
cat "$XUNGE_TEST_TOLLS"
