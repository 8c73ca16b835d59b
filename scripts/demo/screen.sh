# shellcheck shell=bash
# What the demo shows: headings, explanations, and the gateway's lines as they arrive. Sourced.

if [ -t 1 ]; then
  readonly bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  readonly bold='' dim='' green='' red='' plain=''
fi

heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
explain() { printf '%s%s%s\n' "$dim" "$*" "$plain" | fold -s -w 100; }
# show WHO WHAT
show() { printf '  %-11s %s\n' "$1" "$2"; }

# The gateway's lines that have come since the last time; one not yet whole waits for the next.
partial=
show_arrivals() {
  local line
  while IFS= read -r line <&"$arrivals" || { partial+=$line && false; }; do
    line=$partial$line
    partial=
    [[ $line =~ \"device\":\"([^\"]*)\".*\"text\":\"([^\"]*)\" ]] || continue
    show "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  done
}

# Shows arrivals until so many milliseconds after begin_clock.
show_until() {
  while [ "$(elapsed_ms)" -lt "$1" ]; do
    check_servers
    show_arrivals
    sleep 0.1
  done
  show_arrivals
}
