#!/bin/sh
# fetch_debian_source.sh PACKAGE PROOF DEST [SUITE]: fetches a Debian source package and unpacks it
# to DEST, unless the file DEST/PROOF is there. SUITE: of that release instead of the machine's own.
# apt checks the signatures; the machine's own package lists stay as they are. No root is needed.
set -eu

if [ $# -lt 3 ] || [ $# -gt 4 ]; then
  echo "usage: scripts/fetch_debian_source.sh PACKAGE PROOF DEST [SUITE]" >&2
  exit 2
fi
package=$1
proof=$2
destination=$3
suite=${4:-}
if [ -f "$destination/DEBIAN_VERSION" ] && [ -f "$destination/$proof" ]; then
  exit 0
fi
for tool in apt-get apt-config dpkg-source; do
  if ! command -v "$tool" >/dev/null; then
    echo "fetch_debian_source: '$tool' is missing: install the Debian packages apt and dpkg-dev" >&2
    exit 1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/source"

# The machine's own sources, each asked for its source packages instead of its binary ones, and for
# the release wanted. One that has no such release, as those of others, is passed over.
eval "$(apt-config shell list_file Dir::Etc::sourcelist/f list_parts Dir::Etc::sourceparts/d)"
for file in "$list_file" "$list_parts"/*.list; do
  [ -f "$file" ] || continue
  # deb [options] address SUITE component…
  tr '\t' ' ' <"$file" | sed -n -E -e "${suite:+s/^( *deb( +\[[^]]*\])? +[^ ]+ +)[^ ]+/\1$suite/}" \
    -e 's/^ *deb /deb-src /p' >>"$work/sources.list"
done
for file in "$list_parts"/*.sources; do
  [ -f "$file" ] || continue
  sed -e 's/^[Tt]ypes:.*/Types: deb-src/' -e "${suite:+s/^[Ss]uites:.*/Suites: $suite/}" \
    "$file" >"$work/parts/$(basename "$file")"
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
echo "fetch_debian_source: fetching the Debian source package $package${suite:+ of $suite}"
# A list of the machine that holds no sources must not end this: what counts is the next command.
apt_private update >"$work/update.log" 2>&1 || true
if ! (cd "$work/source" && apt_private source --download-only "$package"); then
  cat "$work/update.log" >&2
  exit 1
fi
# apt has checked every file against the signed list, so dpkg-source need not do it again.
description=$(find "$work/source" -name "${package}_*.dsc")
dpkg-source --no-check -x "$description" "$work/unpacked" >/dev/null
sed -n 's/^Version: //p' "$description" | head -n 1 >"$work/unpacked/DEBIAN_VERSION"

mkdir -p "$(dirname "$destination")"
rm -rf "$destination"
mv "$work/unpacked" "$destination"
echo "fetch_debian_source: $package $(cat "$destination/DEBIAN_VERSION") stands in $destination"
