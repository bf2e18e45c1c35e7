#!/usr/bin/env bash
# The queue on Redis against Celery on the same Redis.
set -euo pipefail
swift build -c release --product queue-probe
"$PYTHON" Benchmarks/queue/compare.py "$PROGRAMS/queue-probe" "$@"
