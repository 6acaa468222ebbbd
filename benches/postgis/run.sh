#!/usr/bin/env bash
# Layers and look-ups beside PostGIS on the same made-up county, in one run; prints the ratios. The program is
# $XUNGE_BIN, else the release build. PostGIS comes from Debian's packages where that may be, psycopg from PyPI into
# target/postgis; the server and all data are gone afterwards. About a minute.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${XUNGE_BIN:-${CARGO_TARGET_DIR:-target}/release/xunge}
[ -x "$bin" ] || { echo "no program at $bin: cargo build --release, or XUNGE_BIN" >&2; exit 1; }

major=$(basename "$(dirname "$(scripts/postgres-bin.sh)")")
has_postgis() { [ -e "/usr/share/postgresql/$major/extension/postgis.control" ]; }
if ! has_postgis && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "postgresql-$major-postgis-3" >/dev/null
fi
has_postgis || { echo "PostGIS for PostgreSQL $major is needed" >&2; exit 1; }

venv=target/postgis
if ! cmp -s benches/postgis/requirements.txt $venv/installed.txt; then
  python3 -m venv $venv
  $venv/bin/pip install --quiet --disable-pip-version-check -r benches/postgis/requirements.txt
  cp benches/postgis/requirements.txt $venv/installed.txt
fi
scripts/with-postgres.sh $venv/bin/python benches/postgis/beside.py "$bin"
