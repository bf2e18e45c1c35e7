#!/usr/bin/env bash
# Figures of the page in a browser; LONG seconds of audio (300) for the memory of a tab.
set -euo pipefail
exec "$PYTHON" Benchmarks/page/figures.py "$PROGRAMS" --long "${LONG:-300}"
