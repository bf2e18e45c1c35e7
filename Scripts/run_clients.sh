#!/usr/bin/env bash
# Runs the checks by independent programs (Tests/Clients) against the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
STENTOR_BIN_DIR=$(swift build -c release --show-bin-path)
export STENTOR_BIN_DIR
# One space for each gap, because a row of the manifest's table may take several lines.
simulators=$(tr -s '[:space:]' ' ' <Package.swift | grep -oP 'Module\( ?"\K[a-z-]+(?=", \.simulators, \.executable)')
for product in $simulators; do
    swift build -c release --static-swift-stdlib --product "$product" 2>&1 | tail -1
done
.deps/python/bin/python -m pytest -q -p no:cacheprovider Tests/Clients "$@"
