#!/usr/bin/env bash
# `make check-clients`: real clients of others against the bundled county. What is missing is installed: packages of
# PyPI into target/clients, of npm into tests/clients, QGIS from Debian's where that may be. Each client is told in a
# line; fails when any fails. `check-clients.sh WORD…` asks only those whose name holds a WORD. The program is
# $XUNGE_BIN, else the debug build; how fast GDAL reads is judged by a release build alone.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$PWD/target/clients/bin/python
wanted=$PWD/tests/clients/requirements.txt
if ! cmp -s "$wanted" target/clients/installed.txt; then
  python3 -m venv target/clients
  "$python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" target/clients/installed.txt
fi
make --no-print-directory -s tests/clients/node_modules/.package-lock.json
export PYTHONPATH=$PWD/tests/clients CHROMIUM
CHROMIUM=$(scripts/chromium.sh)

failed=()
asks() { # NAME COMMAND…: a client beside a service of its own
  local name=$1 word
  shift
  for word in "${words[@]}"; do [[ $name == *$word* ]] && break; word=; done
  [ ${#words[@]} -eq 0 ] || [ -n "$word" ] || return 0
  echo "— $name"
  scripts/with-service.sh "$@" || failed+=("$name")
}
words=("$@")

asks pyogrio "$python" tests/clients/gdal_reads.py
asks owslib "$python" tests/clients/owslib_edits.py
asks ogc-client,geojsonhint,vector-tile node --test tests/clients/quick.test.mjs
asks maplibre,openlayers,leaflet-routing-machine node --test tests/clients/browser.test.mjs
asks georeport,routingpy "$python" tests/clients/doors.py
asks schemathesis scripts/schemathesis.sh
if scripts/qgis.sh; then
  QT_QPA_PLATFORM=offscreen asks qgis /usr/bin/python3 tests/clients/qgis_draws.py
else
  echo "skipped: qgis"
fi

[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
