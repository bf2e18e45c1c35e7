#!/usr/bin/env bash
# The words of ten hours and their speakers: at most 0.2 s.   Benchmarks/speakers/join.sh [HOURS]
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build -c release --product join-probe >&2
"$(swift build -c release --show-bin-path)/join-probe" "${1:-10}"
