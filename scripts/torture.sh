#!/usr/bin/env bash
# `make torture`: what `make test` does a few times, many times: the program killed in the middle of writes, the
# primary of PostgreSQL killed under load. Minutes; ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prerequisites.sh rust node cc
scripts/prepare-test.sh
export XUNGE_TEST_KILLS=${XUNGE_TEST_KILLS:-200} XUNGE_TEST_FAILOVERS=${XUNGE_TEST_FAILOVERS:-5}
scripts/with-postgres.sh cargo test --locked --test it -- --nocapture --test-threads 1 \
  kill:: failover:: hosts:: pressure::
