#!/usr/bin/env bash
# Published files: shared downloads, seeks, memory, slow readers.
set -euo pipefail
cd "$(dirname "$0")"
export STENTOR_BIN_DIR=$PROGRAMS
"$PYTHON" measure.py "$@"
