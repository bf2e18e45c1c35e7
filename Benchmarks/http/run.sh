#!/bin/sh
# The server beside nginx, aiohttp and uvicorn+FastAPI: prints tables for RESULTS.md.
#
#   PYTHON=venv/bin/python Benchmarks/http/run.sh [hello] [transfer] [idle] [slow] [loops] [mixed]
#
# PYTHON needs the packages of Scripts/requirements-test.txt.
set -eu
cd "$(dirname "$0")/../.."
swift build -c release --static-swift-stdlib --product http-probe >/dev/null
exec "${PYTHON:-python3}" Benchmarks/http/compare.py "$(swift build -c release --show-bin-path)/http-probe" "$@"
