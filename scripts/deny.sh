#!/usr/bin/env bash
# cargo deny: licences, bans and sources always; advisories when their database can be reached.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
tools=$PWD/target/tools

if [ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $version" ]; then
  export PATH="$tools/bin:$PATH"
  if [ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $version" ]; then
    echo "installing cargo-deny $version into target/tools (about a minute)"
    # It runs for two seconds: compiled without optimisation it is there in half the time.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
      CARGO_PROFILE_RELEASE_DEBUG=false cargo install cargo-deny --version "$version" --locked --quiet --root "$tools"
  fi
fi

# Only the root of each warning: the whole tree of a doubled crate says nothing more.
cargo deny --locked check --hide-inclusion-graph licenses bans sources

if timeout 60 cargo deny --locked fetch db >/dev/null 2>&1; then
  cargo deny --locked check --disable-fetch advisories
else
  echo 'skipped: advisories (their database can not be reached from here)'
fi
