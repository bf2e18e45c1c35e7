#!/usr/bin/env bash
# Other makers' dialects beside the own one, the first piece of a stream, and callbacks.
set -euo pipefail
cd "$(dirname "$0")"
"$PYTHON" dialects.py "$PROGRAMS"
