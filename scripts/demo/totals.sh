# shellcheck shell=bash
# Counts what was sent against what came out at the other end, line by line. Sourced by demo.sh.

# 0 where there is no file.
count_lines() { if [ -e "$1" ]; then wc -l <"$1"; else echo 0; fi; }

# The readings of a device that the gateway printed, in their order.
arrived() { sed -n "s/.*\"device\":\"$1\",.*\"text\":\"\(.*\)\",\"datagram\".*/\1/p" gateway.out; }

# True if the last reading of a device has come out of the gateway.
has_arrived() {
  local last
  last=$(tail -n 1 "$1.made")
  [ -z "$last" ] || arrived "$1" | grep -qxF -- "$last"
}

# field NAME FILE: the sum of a number over all lines of the file that have it.
field() {
  local value sum=0
  while read -r value; do
    sum=$((sum + value))
  done < <(sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$2")
  echo "$sum"
}

# compare MADE ARRIVED: sets sent, lost and repeated; what is there must be in order and unchanged.
compare() {
  sent=$(count_lines "$1")
  lost=$(grep -cvxF -f "$2" "$1" || true)
  repeated=$(($(count_lines "$2") - $(sort -u "$2" | wc -l)))
  cmp -s <(grep -xF -f "$2" "$1") <(awk '!seen[$0]++' "$2") || is_in_order=no
}

row() { printf '%-10s%-38s%6s%11s%6s%7s%8s%11s\n' "$@"; }

# add_row NAME LINK RESENT HANDSHAKE, of what compare() found.
add_row() {
  row "$1" "$2" "$sent" "$((sent - lost))" "$lost" "$repeated" "$3" "$4"
  sent_sum=$((sent_sum + sent))
  lost_sum=$((lost_sum + lost))
  repeated_sum=$((repeated_sum + repeated))
  resent_sum=$((resent_sum + $3))
}

# The first session's: a wake has none.
handshake_ms() {
  sed -n 's/.*"event":"connected".*"handshake_ms":\([0-9]*\).*/\1/p' "$1.out" | head -n 1
}

# device_row NAME LINK: a line of the table, added to the sums.
device_row() {
  local acknowledged
  arrived "$1" >"$1.arrived"
  compare "$1.made" "$1.arrived"
  acknowledged=$(field messages_acknowledged "$1.out")
  [ "$acknowledged" = "$sent" ] || unacknowledged=$((unacknowledged + sent - acknowledged))
  add_row "$1" "$2" "$(field chunks_resent "$1.out")" "$(handshake_ms "$1") ms"
}

commands_row() {
  local name
  for name in "${names[@]}"; do
    sed -n "s/.*\"event\":\"message\".*\"text\":\"\(.*\)\",\"datagram\".*/$name \1/p" "$name.out"
  done >commands.arrived
  compare commands.made commands.arrived
  add_row commands "gateway to devices" "$(field chunks_resent gateway.err)" "-"
}

# The table and its last lines; fails if a message was lost, came twice or out of order.
tell_totals() {
  local sent=0 lost=0 repeated=0 sent_sum=0 lost_sum=0 repeated_sum=0 resent_sum=0
  local unacknowledged=0 is_in_order=yes
  explain "Sent: what the devices read. Delivered: what the gateway printed, line by line." \
    "Resent: pieces sent again because no acknowledgement came in time."
  printf '%s' "$bold"
  row "" "link" "sent" "delivered" "lost" "twice" "resent" "handshake"
  printf '%s' "$plain"
  device_row dev-udp "UDP, with a sleep and a wake"
  device_row dev-tcp "TCP"
  device_row dev-lossy "UDP, 20 % lost each way, 5 % overtaken"
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
