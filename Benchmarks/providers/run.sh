#!/usr/bin/env bash
# Files sent to a simulated provider: against the sequential way, many users at once, memory.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
swift build -c release --static-swift-stdlib --package-path "$root" --product fake-providers 2>&1 | tail -1
"$root/.deps/python/bin/python" providers.py "$PROGRAMS" "$root/Samples/welcome.ogg" "$root/.deps/engine" "$@"
