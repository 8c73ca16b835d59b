#!/bin/sh
# Runs one fuzzer, from its corpus, for its share of USMP_FUZZ_SECONDS (60 for all together).
# What it finds stays in findings/ beside it. Not a build: see the preset `fuzz`.
set -eu

fuzzer=$1
seeds=$2
name=$(basename "$fuzzer")
directory=$(dirname "$fuzzer")/..
count=$(find "$(dirname "$fuzzer")" -type f -perm -u+x | wc -l)
seconds=$((${USMP_FUZZ_SECONDS:-60} / count))
[ "$seconds" -ge 1 ] || seconds=1

# What is new goes into the first directory; the seeds of the repository stay as they are.
mkdir -p "$directory/corpus/$name" "$directory/findings"
set -- "$directory/corpus/$name"
[ ! -d "$seeds" ] || set -- "$@" "$seeds"
exec "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
  -verbosity=1 -artifact_prefix="$directory/findings/$name-" "$@"
