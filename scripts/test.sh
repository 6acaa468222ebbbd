#!/usr/bin/env bash
# `make test`: everything that is needed, then all tests on both databases, then a client generated
# from the contract, then the page.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prerequisites.sh rust node cc
scripts/prepare-test.sh
make --no-print-directory page
# A build from nothing is quicker, and half as large, without what would make the next one quicker.
[ -d "${CARGO_TARGET_DIR:-target}/debug/incremental" ] || export CARGO_INCREMENTAL=0
# With the program that the rest asks: another build of it would compile every dependency again, since
# those of the tests add features.
scripts/with-postgres.sh cargo test --locked
make --no-print-directory test-client
scripts/browser-test.sh
