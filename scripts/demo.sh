#!/bin/bash
# The demo: installs, builds, then runs a gateway and three devices that send it this machine's own
# readings, encrypted. `--seconds N`: for about so long; `--firmware`: a microcontroller in an
# emulator instead (demo/firmware.sh). Everything it starts it also ends.
# Not a test of its own: tests/demo runs it. The sensor that the devices read is demo/readings.sh.
set -euo pipefail
export LC_ALL=C
unset USMP_DB USMP_KEY

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=20
usmp=
firmware=no

readonly names=(dev-udp dev-tcp dev-lossy)
# What the demo cannot go on without; that one of them ends is a failure.
readonly servers=(gateway clean-line bad-line)
# How long the line of a sleeping device must be quiet before its packets are counted.
readonly kQuietMs=1000

usage() {
  cat <<'TEXT'
usage: scripts/demo.sh [--firmware] [--seconds N] [--usmp FILE]
  Shows USMP on this machine alone: a gateway and three devices, over UDP, TCP and a bad UDP line.
  --firmware    instead: firmware for a Cortex-M4 in an emulator, on a serial line
  --seconds N   send readings for about N seconds (default 20, at least 2)
  --usmp FILE   run this `usmp` command; install and build nothing
Ctrl-C ends it, and all that it started. Exit code 0: no message was lost.
TEXT
}

while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:-} && shift ;;
    --usmp) usmp=${2:-} && shift ;;
    --firmware) firmware=yes ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift || true
done
if ! [[ $seconds =~ ^[1-9][0-9]{0,5}$ ]] || [ "$seconds" -lt 2 ]; then
  usage >&2
  exit 2
fi

# shellcheck source=scripts/demo/screen.sh
. "$root/scripts/demo/screen.sh"
# shellcheck source=scripts/demo/processes.sh
. "$root/scripts/demo/processes.sh"
# shellcheck source=scripts/demo/totals.sh
. "$root/scripts/demo/totals.sh"
# shellcheck source=scripts/demo/firmware.sh
. "$root/scripts/demo/firmware.sh"

build() {
  heading "Building"
  local log=$root/build/demo-build.log
  local needs=--build-only
  [ "$firmware" = no ] || needs=--firmware
  "$root/scripts/setup.sh" "$needs" || fail "not everything that the build needs is installed"
  mkdir -p "$root/build"
  explain "The first time takes a few minutes. Details: build/demo-build.log"
  cd "$root"
  cmake --preset demo >"$log" 2>&1 || { tail -n 20 "$log" >&2 && fail "cmake failed"; }
  if [ -t 1 ]; then
    cmake --build --preset demo || fail "the build failed"
  else
    cmake --build --preset demo >>"$log" 2>&1 ||
      { tail -n 40 "$log" >&2 && fail "the build failed"; }
  fi
  usmp=$root/build/demo/cli/usmp
}

start_gateway() {
  heading "A gateway on an empty registry"
  explain "It listens on this machine only, on ports that were free, and knows no device yet."
  mkfifo typed
  exec {typed}<>typed
  start gateway "$usmp" gateway --json --db registry.db --ready-file ready \
    --listen udp://127.0.0.1:0 --listen tcp://127.0.0.1:0 <typed >gateway.out 2>gateway.err
  exec {arrivals}<gateway.out
  await "the gateway to listen" test -s ready
  { read -r udp_uri && read -r tcp_uri; } <ready
  show "gateway" "listening on $udp_uri and $tcp_uri"
}

add_devices() {
  heading "Three devices, each with a key of its own"
  explain "A key is 32 random bytes that only this device and the gateway have."
  local name
  for name in "${names[@]}"; do
    "$usmp" device add "$name" --db registry.db --save-key "$name.key" 2>"add-$name.err" ||
      fail "$name could not be entered in the registry"
    show "$name" "entered in the registry; its key is in a file that only you can read"
  done
}

# start_line NAME [OPTION…]: a UDP proxy before the gateway, perfect without an option; it writes
# down each packet. Sets line_uri.
start_line() {
  local name=$1
  shift
  start "$name" "$usmp" lossy --listen udp://127.0.0.1:0 --to "$udp_uri" --log "$@" \
    </dev/null >"$name.out" 2>"$name.err"
  await "$name to listen" grep -q '^usmp: lossy line at udp://' "$name.err"
  line_uri=$(sed -n 's/^usmp: lossy line at //p' "$name.err")
}

# run_device NAME URI FIRST COUNT OPTION…: a sensor piped into a device, until NAME.stop exists.
# What went through the pipe is kept in NAME.made, to be compared with what arrived.
run_device() {
  local name=$1 uri=$2 first=$3 count=$4
  shift 4
  "$root/scripts/demo/readings.sh" "$name.stop" "$first" "$count" | tee -a "$name.made" |
    "$usmp" connect "$uri" --id "$name" --key-file "$name.key" --json --stats "$@"
}

# start_device NAME URI [OPTION…]: with a reading every second.
start_device() {
  local name=$1 uri=$2
  shift 2
  start "$name" run_device "$name" "$uri" 1 0 "$@" </dev/null >"$name.out" 2>"$name.err"
}

start_devices() {
  heading "Three processes that send readings of this machine every second"
  explain "dev-udp is on UDP, dev-tcp on TCP. dev-lossy is on a UDP line that loses 20 % of all" \
    "packets each way and lets 5 % be overtaken. What follows is what the gateway prints."
  start_line clean-line
  clean_uri=$line_uri
  start_device dev-udp "$clean_uri" --sleep-state dev-udp.state
  start_device dev-tcp "$tcp_uri"
  start_line bad-line --loss 20 --reorder 5
  start_device dev-lossy "$line_uri"
  local name
  for name in "${names[@]}"; do
    await "$name to connect" grep -q '"event":"connected"' "$name.out"
  done
}

# The gateway takes lines of the form `ID text`, as if typed.
send_commands() {
  heading "A command to each device"
  explain "Lines typed at the gateway go to devices, over the same encrypted session."
  local name text
  for name in "${names[@]}"; do
    text="blink for $name"
    echo "$name $text" | tee -a commands.made >&"$typed"
    show gateway "typed: $name $text"
  done
  for name in "${names[@]}"; do
    text="blink for $name"
    await "$name to get its command" grep -q "\"text\":\"$text\"" "$name.out"
    show "$name" "got the command: $text"
  done
}

sleep_and_wake() {
  heading "dev-udp goes to sleep"
  explain "It saves the session in a file and ends: no process is left. The others go on."
  touch dev-udp.stop
  await "dev-udp to fall asleep" has_ended dev-udp
  grep -q '"event":"asleep"' dev-udp.out || fail "dev-udp did not fall asleep"
  show dev-udp "asleep, its process has ended"
  show_until $((seconds * 700))
  await_quiet clean-line.out "$kQuietMs"

  heading "dev-udp wakes, in one packet"
  explain "A device on a battery pays for every packet. It goes on with the saved session," \
    "without a handshake: its first packet carries the reading, the answer says that it arrived."
  local packets_before next
  packets_before=$(count_lines clean-line.out)
  next=$(($(count_lines dev-udp.made) + 1))
  rm dev-udp.stop
  start dev-udp run_device dev-udp "$clean_uri" "$next" 1 --sleep-state dev-udp.state \
    </dev/null >>dev-udp.out 2>>dev-udp.err
  await "dev-udp to wake and to sleep again" has_ended dev-udp
  grep -q '"event":"woken"' dev-udp.out || fail "dev-udp did not wake: it made a handshake"
  await "the reading of the wake" has_arrived dev-udp
  await_quiet clean-line.out "$kQuietMs"
  tell_packets_of_wake "$packets_before"
}

# What passed the clean line after its first $1 packets.
tell_packets_of_wake() {
  local direction type size fate to_gateway=0 to_device=0
  while read -r direction type size fate; do
    case $direction in
      to-gateway) to_gateway=$((to_gateway + 1)) ;;
      to-device) to_device=$((to_device + 1)) ;;
    esac
    show clean-line "$direction: a packet of $size bytes, first byte $type, $fate"
  done < <(tail -n +"$(($1 + 1))" clean-line.out)
  show dev-udp "woke: packets to the gateway $to_gateway, back $to_device"
  if [ "$to_gateway" != 1 ] || [ "$to_device" != 1 ]; then
    explain "More than one: this machine was too busy to answer in time, so the device asked again."
  fi
}

end_all() {
  heading "The end"
  explain "The devices send what they still have, wait until it is acknowledged, and say goodbye."
  touch dev-tcp.stop dev-lossy.stop
  local name
  for name in "${names[@]}"; do
    await "$name to end" has_ended "$name"
  done
  for name in "${names[@]}"; do
    await "the last readings of $name" has_arrived "$name"
  done
  local server
  for server in "${servers[@]}"; do
    stop "$server"
  done
  show_arrivals
}

main() {
  if [ -z "$usmp" ]; then build; fi
  [ -x "$usmp" ] || fail "$usmp is no program"
  usmp=$(realpath -- "$usmp")
  make_place
  if [ "$firmware" = yes ]; then
    show_firmware
    return
  fi
  start_gateway
  add_devices
  begin_clock
  start_devices
  show_until $((seconds * 300))
  send_commands
  show_until $((seconds * 500))
  sleep_and_wake
  show_until $((seconds * 1000))
  end_all
  heading "What became of the messages"
  tell_totals
}

main
