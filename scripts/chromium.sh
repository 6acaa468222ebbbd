#!/usr/bin/env bash
# Prints the browser for the tests: $CHROMIUM, else the first one on the PATH; fails when there is none.
set -euo pipefail

command -v "${CHROMIUM:-chromium}" chromium-browser google-chrome | head -n 1 | grep .
