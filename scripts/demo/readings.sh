#!/bin/bash
# A sensor for devices to read: prints this machine's load, memory, uptime and disk, a numbered line
# a second, until FILE exists. `readings.sh FILE [FIRST [COUNT]]`; COUNT 0: no limit.
# Knows nothing of USMP: its lines are piped into `usmp connect`.
set -euo pipefail
export LC_ALL=C

stop_file=${1:?usage: readings.sh FILE [FIRST [COUNT]]}
number=${2:-1}
count=${3:-0}

# Sets memory_total and memory_used, in MiB.
read_memory() {
  local name kib rest available=0
  memory_total=0
  while read -r name kib rest; do
    case $name in
      MemTotal:) memory_total=$((kib / 1024)) ;;
      MemAvailable:) available=$((kib / 1024)) ;;
    esac
  done </proc/meminfo
  memory_used=$((memory_total - available))
}

# Sets disk_used, in percent of the file system that / is on.
read_disk() {
  local line
  while read -r line; do
    [[ $line =~ ([0-9]+)%\ */$ ]] && disk_used=${BASH_REMATCH[1]}
  done < <(df -P /)
}

disk_used=-
while [ ! -e "$stop_file" ]; do
  read -r load _ </proc/loadavg
  read -r uptime _ </proc/uptime
  read_memory
  read_disk
  printf 'reading %d: load %s, memory %d of %d MiB, up %d min, disk %s %% full\n' \
    "$number" "$load" "$memory_used" "$memory_total" "$((${uptime%.*} / 60))" "$disk_used"
  number=$((number + 1))
  if [ "$count" -gt 0 ]; then
    count=$((count - 1))
    [ "$count" -gt 0 ] || exit 0
  fi
  sleep 1
done
