# shellcheck shell=bash
# The demo's processes and its place: started by name, awaited, and ended whatever happens. Sourced.

# How long anything may take before the demo gives up.
readonly kPatienceMs=30000

declare -A processes=()
place=

# Says what went wrong, with the last lines of every log, and ends the demo.
fail() {
  printf '\ndemo.sh: %s\n' "$*" >&2
  local log
  if [ -n "$place" ]; then
    for log in "$place"/*.err "$place"/*.out; do
      [ -s "$log" ] || continue
      printf -- '--- %s\n' "${log##*/}" >&2
      tail -n 5 "$log" >&2
    done
  fi
  exit 1
}

end_everything() {
  local name
  trap - EXIT INT TERM
  for name in "${!processes[@]}"; do
    # Each was started as the leader of a process group: its pipes end with it.
    kill -TERM -- "-${processes[$name]}" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  [ -z "$place" ] || rm -rf "$place"
}

# A directory that only this user can read; gone at the end.
make_place() {
  trap 'end_everything' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  place=$(mktemp -d)
  chmod 700 "$place"
  cd "$place"
}

# start NAME COMMAND…: in the background, in a process group of its own.
start() {
  local name=$1
  shift
  set -m
  "$@" &
  processes[$name]=$!
  set +m
}

has_ended() { ! kill -0 "${processes[$1]}" 2>/dev/null; }

stop() {
  kill -TERM -- "-${processes[$1]}" 2>/dev/null || true
  local pid=${processes[$1]} name=$1
  unset "processes[$1]"
  wait "$pid" || fail "$name did not end cleanly"
}

# Fails if one of the servers has ended by itself.
check_servers() {
  local server
  for server in "${servers[@]}"; do
    [ -z "${processes[$server]:-}" ] || ! has_ended "$server" || fail "$server has ended"
  done
}

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }
begin_clock() { clock_began=$(now_ms); }
elapsed_ms() { echo $(($(now_ms) - clock_began)); }

# await WHAT COMMAND…: until the command succeeds. Arrivals go on being shown.
await() {
  local what=$1 deadline
  shift
  deadline=$(($(now_ms) + kPatienceMs))
  until "$@"; do
    check_servers
    [ "$(now_ms)" -lt "$deadline" ] || fail "waited in vain for $what"
    [ -z "${arrivals:-}" ] || show_arrivals
    sleep 0.05
  done
}

# await_quiet FILE MS: until nothing was written to the file for so long.
await_quiet() {
  local size=-1 now since deadline
  deadline=$(($(now_ms) + kPatienceMs))
  since=$(now_ms)
  while [ $(($(now_ms) - since)) -lt "$2" ]; do
    now=$(stat -c %s "$1")
    if [ "$now" != "$size" ]; then
      size=$now
      since=$(now_ms)
    fi
    [ "$(now_ms)" -lt "$deadline" ] || fail "$1 never comes to rest"
    show_arrivals
    sleep 0.1
  done
}
