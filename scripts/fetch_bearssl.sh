#!/bin/sh
# Fetches the source of BearSSL, as Debian packages it, once, into DEST (default
# build/deps/bearssl).
# apt checks the signatures; the machine's own package lists stay as they are. No root is needed.
# Not a build: crypto/bearssl compiles what stands in DEST/src and DEST/inc.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
destination=${1:-$root/build/deps/bearssl}

if [ -f "$destination/DEBIAN_VERSION" ] && [ -f "$destination/inc/bearssl.h" ]; then
  exit 0
fi
for tool in apt-get apt-config dpkg-source; do
  if ! command -v "$tool" >/dev/null; then
    echo "fetch_bearssl: '$tool' is missing: install the Debian packages apt and dpkg-dev" >&2
    exit 1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/source"

# The machine's own sources, each asked for its source packages instead of its binary ones.
eval "$(apt-config shell list_file Dir::Etc::sourcelist/f list_parts Dir::Etc::sourceparts/d)"
for file in "$list_file" "$list_parts"/*.list; do
  [ -f "$file" ] || continue
  sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >>"$work/sources.list"
done
for file in "$list_parts"/*.sources; do
  [ -f "$file" ] || continue
  sed 's/^[Tt]ypes:.*/Types: deb-src/' "$file" >"$work/parts/$(basename "$file")"
done

# Everything that apt writes goes below $work.
apt_private() {
  apt-get -qq \
    -o "Dir::Etc::sourcelist=$work/sources.list" \
    -o "Dir::Etc::sourceparts=$work/parts" \
    -o "Dir::State::lists=$work/lists" \
    -o "Dir::Cache=$work/cache" \
    "$@"
}

if [ "$(id -u)" = 0 ] && id _apt >/dev/null 2>&1; then
  chown _apt "$work/source" "$work/lists/partial" "$work/cache/archives/partial"
fi
: >>"$work/sources.list"
echo "fetch_bearssl: fetching the Debian source package bearssl"
# A list of the machine that holds no sources must not end this: what counts is the next command.
apt_private update || true
(cd "$work/source" && apt_private source --download-only bearssl)
# apt has checked every file against the signed list, so dpkg-source need not do it again.
description=$(find "$work/source" -name 'bearssl_*.dsc')
dpkg-source --no-check -x "$description" "$work/unpacked" >/dev/null
sed -n 's/^Version: //p' "$description" | head -n 1 >"$work/unpacked/DEBIAN_VERSION"

mkdir -p "$(dirname "$destination")"
rm -rf "$destination"
mv "$work/unpacked" "$destination"
echo "fetch_bearssl: BearSSL $(cat "$destination/DEBIAN_VERSION") stands in $destination"
