# shellcheck shell=bash
# The demo's part with a microcontroller: firmware for a Cortex-M4, built here, in an emulator whose
# UART is a pseudo-terminal, and the gateway on that. Sourced.

readonly port=$root/ports/bare_metal

build_image() {
  heading "Firmware for a Cortex-M4"
  explain "The example of ports/bare_metal, 150 lines on the same protocol core as the gateway," \
    "with crypto of its own and of BearSSL. No operating system, no heap."
  local line
  line=$("$port/build.py" mps2_an386 "$port/examples/telemetry.cpp" --output image \
    2>build-image.err) ||
    fail "the firmware does not build"
  show firmware "${line##*: }"
}

start_board() {
  heading "A board in an emulator"
  explain "It gets an identity page: its name and the key that the gateway has, and the first" \
    "seed of its random numbers. Nothing of that is in the image. Its UART is a pseudo-terminal."
  "$usmp" device add board --db registry.db --save-key board.key 2>add-board.err ||
    fail "the board could not be entered in the registry"
  "$port/provision.py" --id board --key-file board.key --output board.pages ||
    fail "the board's pages could not be made"
  local pages
  pages=$(arm-none-eabi-nm image/telemetry.elf | sed -n 's/ . pages_start$//p')
  start board qemu-system-arm -M mps2-an386 -display none -monitor none -serial pty \
    -kernel image/telemetry.elf \
    -device "loader,file=board.pages,addr=0x$pages,force-raw=on" >board.out 2>board.err </dev/null
  await "the emulator to start" grep -q 'char device redirected to' board.out
  line_uri=serial://$(sed -n 's/^char device redirected to \([^ ]*\) .*/\1/p' board.out)?baud=115200
  show board "runs; its UART is $line_uri"
}

start_line_gateway() {
  heading "The gateway on that line"
  mkfifo typed
  exec {typed}<>typed
  start gateway "$usmp" gateway --json --db registry.db --listen "$line_uri" \
    <typed >gateway.out 2>gateway.err
  exec {arrivals}<gateway.out
  await "the board to connect" grep -q '"event":"connected"' gateway.err
  show board "connected: it and the gateway have proved to each other that they have the key"
}

has_come() { grep -q "$1" gateway.out; }

# tell_board COMMAND ANSWER: waits until the answer has come.
tell_board() {
  show gateway "typed: board #2 $1"
  echo "board #2 $1" >&"$typed"
  await "the answer to '$1'" has_come "\"channel\":2,\"text\":\"$2\""
  show_arrivals
}

show_firmware() {
  build_image
  start_board
  start_line_gateway
  begin_clock
  show_until $((seconds * 200))

  heading "Commands"
  tell_board ping pong
  tell_board "echo hello, microcontroller" "hello, microcontroller"
  tell_board "rate 250" ok
  show_until $((seconds * 500))

  heading "The board goes to sleep, and wakes in one packet"
  explain "It writes its session to a page that outlives a reset, sleeps for three seconds and" \
    "starts anew. The page is overwritten before anything is sent; the first packet has the next" \
    "reading."
  tell_board "sleep 3" "good night"
  await "the board to wake" grep -q '"event":"woke"' gateway.err
  show board "woke: no handshake"
  show_until $((seconds * 800))

  heading "The program hangs, and the watchdog starts the board anew"
  tell_board hang "until the watchdog starts me anew"
  await "the watchdog" has_come "started by the watchdog"
  show_until $((seconds * 1000))
  stop gateway
  show_arrivals
  stop board
  heading "The end"
  show gateway "$(wc -l <gateway.out) messages came from the board"
}
