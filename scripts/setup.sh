#!/bin/sh
# Installs what building and testing need, by apt, and fetches the sources that are not packages.
# Quick when nothing is missing. `--build-only`: what the demo needs, without tests and compilers
# for devices; `--firmware`: what its part with an emulated board needs beside. Not a build, and
# nothing else of the machine is changed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build_packages="g++ cmake ninja-build libssl-dev libsqlite3-dev libcli11-dev nlohmann-json3-dev
  libtomlplusplus-dev libspdlog-dev"
test_packages="ccache libgtest-dev libgmock-dev git python3 python3-venv mosquitto ca-certificates
  iproute2 libstdc++-arm-none-eabi-newlib
  clang clang-format clang-tidy libclang-rt-14-dev llvm dpkg-dev
  gcc-arm-none-eabi libnewlib-arm-none-eabi gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf
  libmbedtls-dev gcc-xtensa-lx106 gcc-avr avr-libc arduino-core-avr simavr libsimavr-dev libelf-dev
  valgrind qemu-system-arm qemu-system-misc"
firmware_packages="gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm python3 dpkg-dev"

packages="$build_packages $test_packages"
build_only=no
fetch_bearssl=no
case "${1:-}" in
  '') ;;
  --build-only)
    packages=$build_packages
    build_only=yes
    ;;
  --firmware)
    packages="$build_packages $firmware_packages"
    build_only=yes
    fetch_bearssl=yes
    ;;
  *)
    echo "usage: scripts/setup.sh [--build-only | --firmware]" >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "setup: this machine has no apt. Install by its own means what Debian 12 calls:" >&2
  echo $packages cargo >&2
  exit 1
fi

missing=
for package in $packages; do
  # A name without its state is a package that was removed or never unpacked.
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
# Any cargo will do, and Debian's conflicts with one that came otherwise.
if [ "$build_only" = no ] && ! command -v cargo >/dev/null; then
  missing="$missing cargo-web"
fi

if [ -n "$missing" ]; then
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=sudo
    else
      echo "setup: these packages are missing:$missing" >&2
      echo "setup: to install them run as root:" >&2
      echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
      exit 1
    fi
  fi
  echo "setup: installing$missing"
  $as_root apt-get -qq update
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y $missing >/dev/null
fi

if [ "$fetch_bearssl" = yes ]; then
  "$root/scripts/fetch_bearssl.sh"
fi
if [ "$build_only" = no ]; then
  "$root/scripts/fetch_bearssl.sh"
  "$root/scripts/fetch_lwip.sh"
  "$root/scripts/fetch_mbedtls.sh"
  "$root/scripts/fetch_wycheproof.sh"
  "$root/scripts/fetch_published.sh"
fi
