#!/bin/sh
# Fetches the source of BearSSL, as Debian packages it, once, into DEST (default
# build/deps/bearssl).
# Not a build: crypto/bearssl compiles what stands in DEST/src and DEST/inc.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
exec "$root/scripts/fetch_debian_source.sh" bearssl inc/bearssl.h \
  "${1:-$root/build/deps/bearssl}"
