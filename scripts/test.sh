#!/bin/sh
# The whole test run: release build with rules, clang-tidy and cross-compilation; the same tests
# under sanitizers; a minute of fuzzing. `--all` adds the slow sweeps and ten minutes of fuzzing.
# The last line is `N passed, N failed`; the exit code is 0 only if nothing failed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
slow='-LE slow'
fuzz_seconds=60
case "${1:-}" in
  '') ;;
  --all)
    slow=
    fuzz_seconds=600
    ;;
  *)
    echo "usage: scripts/test.sh [--all]" >&2
    exit 2
    ;;
esac
jobs=$(nproc)
passed=0
failed=0

stage() { printf '\n=== %s\n' "$*"; }

# Configures and builds a preset; a build that fails is one failure and its tests do not run.
build() {
  preset=$1
  shift
  if cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" -j "$jobs" "$@"; then
    return 0
  fi
  echo "test.sh: the $preset build failed"
  failed=$((failed + 1))
  return 1
}

# Runs ctest in a preset's build. No report, or no test in it, is a failure too.
run_tests() {
  preset=$1
  shift
  report=$root/build/$preset/tests.xml
  rm -f "$report"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$jobs" \
    --output-junit "$report" "$@" || ctest_failed=1
  count "$report"
}

# Adds up one JUnit report. Skipped tests are neither passed nor failed.
count() {
  report=$1
  number() { sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\"\$/\1/p" "$report" | head -n 1; }
  if [ ! -f "$report" ] || [ -z "$(number tests)" ]; then
    failed=$((failed + 1))
    return
  fi
  failed=$((failed + $(number failures)))
  passed=$((passed + $(number tests) - $(number failures) - $(number disabled) - $(number skipped)))
}

stage "setup"
scripts/setup.sh

stage "release build"
ctest_failed=0
if build release; then
  stage "release tests, rules, cross-compilation, clang-tidy"
  # shellcheck disable=SC2086  # no word at all with --all
  run_tests release $slow
fi

stage "sanitized build"
if build asan; then
  stage "sanitized tests"
  # shellcheck disable=SC2086
  run_tests asan $slow
fi

if [ -f tests/fuzz/CMakeLists.txt ]; then
  stage "fuzzers"
  if build fuzz --target usmp_fuzzers; then
    export USMP_FUZZ_SECONDS=$fuzz_seconds
    run_tests fuzz -L fuzz
  fi
fi

if [ "$ctest_failed" != 0 ] && [ "$failed" = 0 ]; then
  failed=1
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
