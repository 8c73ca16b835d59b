#!/bin/sh
# Installs the published Python package of USMP 1.x, the peer of the wire 2 tests, into a virtual
# environment of its own at DEST (default build/deps/published), once, by pip.
# A peer, never a dependency: nothing that is built links or imports it.
# Not trusted blindly: scripts/published.sha256 names the exact file.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
destination=${1:-$root/build/deps/published}
sums=$root/scripts/published.sha256
version=1.2.2

# The path stands in the environment's scripts: one that was copied or moved is made anew.
if [ "$("$destination/bin/python" -c '
import importlib.metadata as installed, sys, cryptography, usmp
print(installed.version("usmp"), sys.prefix)' 2>/dev/null)" = "$version $destination" ]; then
  exit 0
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo "fetch_published: python3 lacks 'venv': install the Debian package python3-venv" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "fetch_published: fetching the package usmp $version"
rm -rf "$destination"
mkdir -p "$(dirname "$destination")"
python3 -m venv "$destination"
pip() {
  "$destination/bin/python" -m pip --quiet --disable-pip-version-check "$@"
}
pip download --no-deps --only-binary :all: --dest "$work" "usmp==$version"
(cd "$work" && sha256sum --check --quiet "$sums") || {
  rm -rf "$destination"
  echo "fetch_published: the file is not that of scripts/published.sha256: not used" >&2
  exit 1
}
pip install "$work"/*.whl
echo "fetch_published: the published package stands in $destination"
