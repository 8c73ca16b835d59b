#!/bin/sh
# Fetches the source of mbedTLS 3.6, the version of ESP-IDF 5, as Debian 13 packages it, once, into
# DEST (default build/deps/mbedtls). The machine's own package, 2.28, comes by setup.sh.
# Not a build: crypto/mbedtls compiles what stands in DEST/library, for its tests.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
exec "$root/scripts/fetch_debian_source.sh" mbedtls include/mbedtls/build_info.h \
  "${1:-$root/build/deps/mbedtls}" trixie
