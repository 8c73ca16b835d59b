#!/bin/sh
# Makes what the registries take into DEST (default build/packages): the Arduino library, the
# PlatformIO archive, the ESP-IDF component and the Python sdist. The last one fetches its tool by
# pip; --without-python leaves it out. Not a test: tests/packages builds from each of them.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
python=yes
if [ "${1:-}" = --without-python ]; then
  python=no
  shift
fi
if [ $# -gt 1 ]; then
  echo "usage: scripts/package.sh [--without-python] [DEST]" >&2
  exit 2
fi
destination=${1:-$root/build/packages}
mkdir -p "$destination"
python3 -B "$root/scripts/package.py" "$destination"

if [ "$python" = yes ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  python3 -m venv "$work/environment"
  "$work/environment/bin/pip" --quiet --disable-pip-version-check install build
  SOURCE_DATE_EPOCH=315532800 "$work/environment/bin/python" -m build --quiet --sdist \
    --outdir "$work" "$root" >/dev/null
  cp "$work"/usmp-*.tar.gz "$destination"
  ls "$destination"/usmp-*.tar.gz
fi
