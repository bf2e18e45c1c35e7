#!/usr/bin/env bash
# Runs the checks by independent programs (Tests/Clients) against the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
STENTOR_BIN_DIR=$(swift build -c release --show-bin-path)
export STENTOR_BIN_DIR
for product in $(sed -n 's/.*Module("\([a-z-]*\)", \.simulators, \.executable.*/\1/p' Package.swift); do
    swift build -c release --static-swift-stdlib --product "$product" 2>&1 | tail -1
done
.deps/python/bin/python -m pytest -q -p no:cacheprovider Tests/Clients "$@"
