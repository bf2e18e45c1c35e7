#!/usr/bin/env bash
# The tests under the thread and the address sanitizer, each in a build folder of its own.
# The programs that tests start are built with the sanitizer too.
set -euo pipefail
cd "$(dirname "$0")/.."
for sanitizer in thread address; do
    folder=.build/sanitize-$sanitizer
    swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder"
    Scripts/link_engine.sh "$(swift build --sanitize="$sanitizer" --scratch-path "$folder" --show-bin-path)"
    # The crash handler of Swift can hang under a sanitizer. Leaks of the test library are named in leaks.supp.
    SWIFT_BACKTRACE=enable=no LSAN_OPTIONS=suppressions=Scripts/leaks.supp swift test --skip-build --sanitize="$sanitizer" --scratch-path "$folder" "$@"
done
