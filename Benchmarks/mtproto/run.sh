#!/usr/bin/env bash
# Reading files from simulated data centres: our client against Telethon's and Kurigram's.
set -euo pipefail
for product in fake-telegram telegram-fetch; do
    swift build -c release --static-swift-stdlib --product "$product" 2>&1 | tail -1
done
PYTHONPATH=Tests/Clients STENTOR_BIN_DIR="$PROGRAMS" "$PYTHON" Benchmarks/mtproto/mtproto.py "$PROGRAMS"
