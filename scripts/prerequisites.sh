#!/usr/bin/env bash
# Are the tools that a build needs here, and new enough? Names: rust, node, cc.
set -euo pipefail

missing=0

# lacks NAME WHY HOW: one sentence about a missing tool.
lacks() {
  echo "missing: $1 ($2). $3" >&2
  missing=1
}

# at_least VERSION MINIMUM
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_rust() {
  local how='Install it from https://rustup.rs, then `rustup update stable`.' version
  version=$(rustc --version 2>/dev/null | awk '{print $2}') || true
  if [ -z "$version" ] || ! command -v cargo >/dev/null; then
    lacks 'Rust 1.94 or later' 'there is no rustc and cargo on the PATH' "$how"
  elif ! at_least "${version%%-*}" 1.94; then
    lacks 'Rust 1.94 or later' "rustc here is $version" "$how"
  fi
}

check_node() {
  local how='Install it from https://nodejs.org or your system'"'"'s packages (nodejs, npm).' version
  version=$(node --version 2>/dev/null) || true
  version=${version#v}
  if [ -z "$version" ] || ! command -v npm >/dev/null; then
    lacks 'Node 20.19 or later' 'there is no node and npm on the PATH' "$how"
  elif ! at_least "$version" 20.19; then
    lacks 'Node 20.19 or later' "node here is $version" "$how"
  fi
}

check_cc() {
  command -v "${CC:-cc}" >/dev/null ||
    lacks 'a C compiler' "SQLite is compiled from source and there is no ${CC:-cc}" \
      'Debian: apt-get install build-essential; macOS: xcode-select --install.'
}

for tool in "$@"; do "check_$tool"; done
[ "$missing" = 0 ]
