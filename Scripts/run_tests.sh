#!/usr/bin/env bash
# Runs the built tests. A test that was not run is an error unless Tests/may-not-run.txt names it with what it lacks.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test --skip-build "$@" 2>&1 | tee "$log" | grep -vE '^[◇✔] (Test|Suite) ' || true
grep -qE 'Test run with [1-9][0-9]* tests? .*passed' "$log" || { echo "run_tests: the tests did not pass" >&2; exit 1; }
not_run=$(grep -E '^➜ .*skipped' "$log" || true)
if [ -n "$not_run" ]; then
    printf 'Not run:\n%s\n' "$not_run"
    unexplained=$(sed 's/#.*//; s/[[:space:]]*$//; /^$/d' Tests/may-not-run.txt | grep -vFf - <(printf '%s\n' "$not_run") || true)
    if [ -n "$unexplained" ]; then
        printf 'run_tests: not run, and not in Tests/may-not-run.txt:\n%s\n' "$unexplained" >&2
        exit 1
    fi
fi
