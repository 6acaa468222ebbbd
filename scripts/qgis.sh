#!/usr/bin/env bash
# Whether QGIS is there for Debian's Python; installs it where that may be: 230 MB.
set -euo pipefail

has_qgis() { /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; }
has_qgis && exit
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-qgis >/dev/null
has_qgis
