#!/bin/sh
# Builds the Python package's sdist and wheels into DEST (default build/wheels): one for each of
# python3.11 to 3.13 that is there. manylinux wheels, with what they link, where auditwheel and
# patchelf are at hand. Not a test: python/tests/run_tests.py is.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
destination=${1:-$root/build/wheels}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$destination"

built=no
for python in python3.11 python3.12 python3.13; do
  "$python" -c 'import venv, ensurepip' 2>/dev/null || continue
  "$python" -m venv "$work/$python"
  "$work/$python/bin/pip" --quiet --disable-pip-version-check install build
  if [ "$built" = no ]; then
    "$work/$python/bin/python" -m build --sdist --outdir "$work/sdist" "$root" >/dev/null
  fi
  "$work/$python/bin/pip" --quiet --disable-pip-version-check wheel --no-deps \
    --wheel-dir "$work/wheels" "$work"/sdist/usmp-*.tar.gz
  built=yes
done
if [ "$built" = no ]; then
  echo "build_wheels: there is no python3.11, 3.12 or 3.13 with venv" >&2
  exit 1
fi
if command -v auditwheel >/dev/null && command -v patchelf >/dev/null; then
  auditwheel repair --wheel-dir "$destination" "$work"/wheels/*.whl
else
  echo "build_wheels: no auditwheel or patchelf: the wheels are for machines like this one"
  cp "$work"/wheels/*.whl "$destination"
fi
cp "$work"/sdist/*.tar.gz "$destination"
ls -l "$destination"
