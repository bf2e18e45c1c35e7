#!/usr/bin/env bash
# The tests under the thread and the address sanitizer, each in a build folder of its own.
# The programs that tests start are built with the sanitizer too.
set -euo pipefail
cd "$(dirname "$0")/.."
for sanitizer in thread address; do
    folder=.build/sanitize-$sanitizer
    swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder"
    Scripts/link_engine.sh "$(swift build --sanitize="$sanitizer" --scratch-path "$folder" --show-bin-path)"
    # PocketSphinx and FFmpeg keep memory until the end of a process; leaks are looked for in our own soak.
    ASAN_OPTIONS=detect_leaks=0 swift test --skip-build --sanitize="$sanitizer" --scratch-path "$folder" "$@"
done
