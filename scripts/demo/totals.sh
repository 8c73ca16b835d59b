# shellcheck shell=bash
# Counts what the devices made against what the gateway printed. Sourced by demo.sh.

# count_lines PATTERN FILE: lines of the file that match; 0 where there is no file.
count_lines() { grep -c -- "$1" "$2" 2>/dev/null || true; }

# has_arrived DEVICE NUMBER: the gateway printed this reading of this device.
has_arrived() {
  [ "$2" = 0 ] || grep -q "\"device\":\"$1\".*\"text\":\"reading $2:" gateway.out
}

# The different readings of a device that the gateway printed.
delivered_by() {
  sed -n "s/.*\"device\":\"$1\".*\"text\":\"\(reading [0-9]*:\).*/\1/p" gateway.out |
    sort -u | wc -l
}
# All of them, also those printed twice.
printed_by() { count_lines "\"device\":\"$1\".*\"text\":\"reading" gateway.out; }

# sum_of FIELD FILE: over all the statistics that the device's runs printed.
sum_of() {
  local value total=0
  while read -r value; do total=$((total + value)); done \
    < <(sed -n "s/.*\"event\":\"stats\".*\"$1\":\([0-9]*\).*/\1/p" "$2")
  echo "$total"
}

tell_totals() {
  local name made delivered printed resent handshake lost lost_all=0
  printf '  %-11s %8s %9s %5s %6s %8s %12s\n' device sent delivered lost twice resent handshake
  for name in "${names[@]}"; do
    made=$(count_lines '' "$name.made")
    delivered=$(delivered_by "$name")
    printed=$(printed_by "$name")
    resent=$(sum_of chunks_resent "$name.out")
    handshake=$(sed -n 's/.*"event":"connected".*"handshake_ms":\([0-9]*\).*/\1/p' "$name.out" |
      head -n 1)
    lost=$((made - delivered))
    lost_all=$((lost_all + lost))
    printf '  %-11s %8d %9d %5d %6d %8d %9s ms\n' "$name" "$made" "$delivered" "$lost" \
      $((printed - delivered)) "$resent" "${handshake:--}"
    [ "$(sum_of messages_acknowledged "$name.out")" = "$made" ] ||
      fail "$name sent $made readings and not all of them were acknowledged"
  done
  explain "Resent are pieces of messages that the bad line had lost. The handshake of dev-lossy" \
    "is as long as its own packets took to get through."
  if [ "$lost_all" != 0 ]; then fail "$lost_all messages were lost"; fi
  printf '\n%s0 messages lost.%s\n' "$bold" "$plain"
}

row() { printf '%-12s%-36s%6s%11s%6s%8s%8s%11s\n' "$@"; }

# device_row NAME LINK: a line of the table, added to the sums.
device_row() {
  local acknowledged resent
  arrived "$1" >"$1.arrived"
  compare "$1.made" "$1.arrived"
  acknowledged=$(field messages_acknowledged "$1.out")
  resent=$(field chunks_resent "$1.out")
  [ "$acknowledged" = "$sent" ] || unacknowledged=$((unacknowledged + sent - acknowledged))
  add_row "$1" "$2" "$resent" "$(handshake_ms "$1") ms"
}

# The first session's: a wake has none.
handshake_ms() {
  sed -n 's/.*"event":"connected".*"handshake_ms":\([0-9]*\).*/\1/p' "$1.out" | head -n 1
}

commands_row() {
  local name
  for name in "${names[@]}"; do
    sed -n "s/.*\"event\":\"message\".*\"text\":\"\(.*\)\",\"datagram\".*/$name \1/p" "$name.out"
  done >commands.arrived
  compare commands.made commands.arrived
  add_row commands "gateway to devices" "$(field chunks_resent gateway.err)" "-"
}

# add_row NAME LINK RESENT HANDSHAKE, of what compare() found.
add_row() {
  row "$1" "$2" "$sent" "$((sent - lost))" "$lost" "$repeated" "$3" "$4"
  sent_sum=$((sent_sum + sent))
  lost_sum=$((lost_sum + lost))
  repeated_sum=$((repeated_sum + repeated))
  resent_sum=$((resent_sum + $3))
}

# The table and its last line; fails if a message was lost, came twice or out of order.
tell_totals() {
  local sent=0 lost=0 repeated=0 sent_sum=0 lost_sum=0 repeated_sum=0 resent_sum=0
  local unacknowledged=0 is_in_order=yes
  explain "Sent: what the devices read. Delivered: what the gateway printed, compared with it line" \
    "by line. Resent: pieces sent again because no acknowledgement came in time."
  printf '%s' "$bold"
  row "" "link" "sent" "delivered" "lost" "twice" "resent" "handshake"
  printf '%s' "$plain"
  device_row dev-udp "UDP, with a sleep and a wake"
  device_row dev-tcp "TCP"
  device_row dev-lossy "UDP, 20 % lost each way, 5 % reordered"
  commands_row
  printf '\nThe bad line: %s.\n' "$(sed -n 's/^usmp: \(.*dropped\)$/\1/p' bad-line.err)"

  local colour=$green
  [ "$lost_sum" = 0 ] || colour=$red
  printf '%sIn all: %d messages sent, %d delivered, %d lost, %d twice, %d pieces resent.%s\n' \
    "$bold$colour" "$sent_sum" "$((sent_sum - lost_sum))" "$lost_sum" "$repeated_sum" \
    "$resent_sum" "$plain"
  printf 'A handshake took %s ms over UDP, %s ms over TCP, %s ms over the bad line.\n' \
    "$(handshake_ms dev-udp)" "$(handshake_ms dev-tcp)" "$(handshake_ms dev-lossy)"
  [ "$lost_sum" = 0 ] || fail "$lost_sum messages were lost"
  [ "$repeated_sum" = 0 ] || fail "$repeated_sum messages came twice"
  [ "$is_in_order" = yes ] || fail "messages came changed or in the wrong order"
  [ "$unacknowledged" = 0 ] || fail "$unacknowledged messages came but were not acknowledged"
}
