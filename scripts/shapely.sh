#!/usr/bin/env bash
# Prints a Python that has shapely ≥ 2.1, the oracle of the border audit: the one on the PATH, else an
# environment under target/, made when first asked for. Fails where it can't be made.
set -euo pipefail
cd "$(dirname "$0")/.."

has_shapely() { "$1" -c 'import shapely, sys; sys.exit(shapely.lib.geos_version < (3, 12, 0) or not hasattr(shapely, "coverage_invalid_edges"))' 2>/dev/null; }

python=$(command -v "${PYTHON:-python3}")
if ! has_shapely "$python"; then
  venv=target/shapely
  if ! has_shapely "$venv/bin/python"; then
    "$python" -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'shapely>=2.1' >&2
  fi
  python=$PWD/$venv/bin/python
fi
has_shapely "$python"
echo "$python"
