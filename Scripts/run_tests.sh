#!/usr/bin/env bash
# Runs the built tests. A test that was not run is an error unless Tests/may-not-run.txt names it with what it lacks.
# In four passes: tests of engines, decoders and databases hold the threads that all tests share for seconds, and those
# of sockets have deadlines to keep; services on the network need both. Each test of Redis has a server of its own and
# fights with its deadlines: one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."
blocking='^(Diarization|Media|SpeakerEngine|SherpaEngine|SphinxEngine|WhisperEngine|HostedEngines|HostProcesses|stentor|GPUs|Jobs|SQLite|StoresSQLite)Tests\.'
redis='^(Redis|StoresRedis|SharedStores|TranscriptCaches)Tests\.'
services='^Cloud(Providers|Routing)?Tests\.'
log=$(mktemp)
trap 'rm -f "$log"' EXIT

pass() {
    swift test --skip-build "$@" 2>&1 | tee "$log.pass" | grep -E '✘|^➜|Test run with|error:|warning:|Fatal|Crash' || true
    grep -qE 'Test run with [1-9][0-9]* tests? .*passed' "$log.pass" || { echo "run_tests: the tests did not pass" >&2; exit 1; }
    cat "$log.pass" >> "$log"
    rm -f "$log.pass"
}

if [ $# -gt 0 ]; then
    pass "$@"
else
    pass --skip "$blocking" --skip "$services" --skip "$redis"
    pass --filter "$blocking"
    pass --filter "$services"
    pass --no-parallel --filter "$redis"
fi
not_run=$(grep -E '^➜ .*skipped' "$log" || true)
if [ -n "$not_run" ]; then
    printf 'Not run:\n%s\n' "$not_run"
    unexplained=$(sed 's/#.*//; s/[[:space:]]*$//; /^$/d' Tests/may-not-run.txt | grep -vFf - <(printf '%s\n' "$not_run") || true)
    if [ -n "$unexplained" ]; then
        printf 'run_tests: not run, and not in Tests/may-not-run.txt:\n%s\n' "$unexplained" >&2
        exit 1
    fi
fi
