#!/bin/sh
# Fetches the source of lwIP, as Debian packages it, once, into DEST (default build/deps/lwip).
# Not a build: tests/esp_idf compiles it with the options of ESP-IDF, which Debian's library lacks.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
exec "$root/scripts/fetch_debian_source.sh" lwip src/include/lwip/sockets.h \
  "${1:-$root/build/deps/lwip}"
