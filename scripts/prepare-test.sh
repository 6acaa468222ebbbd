#!/usr/bin/env bash
# What the tests need beyond the build: PostgreSQL's server programs, a Chromium, a font with Chinese,
# nginx with what speaks TLS to it. Installs the missing Debian packages where it may, else says what to
# install and fails. No service is started.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
postgres_bin=$(./postgres-bin.sh) || packages+=(postgresql)
chromium=$(./chromium.sh) || packages+=(chromium)
# Without fontconfig no font can be found either: the package brings both.
[ -n "$(fc-list :lang=zh family 2>/dev/null)" ] || packages+=(fontconfig fonts-noto-cjk)
# Without these the tests behind a proxy are left out, and say so.
beside=()
for tool in nginx curl openssl; do
  PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || beside+=("$tool")
done

if [ ${#packages[@]} -gt 0 ] || [ ${#beside[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
    sudo -n true 2>/dev/null || as_root=(none)
  fi
  may=yes
  if ! command -v apt-get >/dev/null || [ "${as_root[0]-}" = none ]; then may=; fi
  if [ ${#packages[@]} -gt 0 ] && [ -z "$may" ]; then
    echo "missing for the tests, and not installable from here (apt-get as root or with sudo): ${packages[*]}" >&2
    echo "install them, on Debian: sudo apt-get install ${packages[*]}" >&2
    exit 1
  fi
  if [ -n "$may" ]; then
    echo "installing with apt-get: ${packages[*]} ${beside[*]}"
    # Packages ask this whether they may start what they bring (invoke-rc.d(8)).
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap '"${as_root[@]}" rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
    fi
    get() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }
    "${as_root[@]}" apt-get update -q || true
    [ ${#packages[@]} -eq 0 ] || get "${packages[@]}"
    [ ${#beside[@]} -eq 0 ] || get "${beside[@]}" || true
  fi
  postgres_bin=$(./postgres-bin.sh)
  chromium=$(./chromium.sh)
fi

echo "PostgreSQL: $("$postgres_bin/postgres" --version)"
echo "nginx:      $(PATH=$PATH:/usr/sbin nginx -v 2>&1 || echo 'not here')"
echo "browser:    $("$chromium" --version 2>/dev/null)"
