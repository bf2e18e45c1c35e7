#!/usr/bin/env bash
# The server as a whole: beside a FastAPI server, and four uploads of 2 GB.
set -euo pipefail
cd "$(dirname "$0")"
"$PYTHON" compare.py "$PROGRAMS"
"$PYTHON" uploads.py "$PROGRAMS" "${UPLOAD_GIGABYTES:-2}"
