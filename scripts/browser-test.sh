#!/usr/bin/env bash
# The page in a headless Chromium against a real service with fresh data (see with-service.sh). The
# test finds the browser in $CHROMIUM; screenshots go to $XUNGE_SHOTS.
set -euo pipefail
cd "$(dirname "$0")/.."

CHROMIUM=$(scripts/chromium.sh)
XUNGE_SHOTS=${XUNGE_SHOTS:-$PWD/target/screenshots}
mkdir -p "$XUNGE_SHOTS"
export CHROMIUM XUNGE_SHOTS
source scripts/fast-folder.sh
export TMPDIR=$fast_folder

scripts/with-service.sh node --test web/test/browser.mjs
