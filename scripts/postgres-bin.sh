#!/usr/bin/env bash
# Prints the folder with the newest PostgreSQL server programs; fails when there is none.
set -euo pipefail

newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
if [ -x "$newest" ]; then
  dirname "$newest"
else
  dirname "$(command -v initdb)"
fi
