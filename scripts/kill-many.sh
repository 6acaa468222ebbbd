#!/usr/bin/env bash
# kill-many.sh [N]: the program is killed N times (200) on each engine in the middle of many writes; ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

XUNGE_TEST_KILLS=${1:-200} scripts/with-postgres.sh cargo test --locked --test it kill::killed_in_the_middle -- --nocapture
