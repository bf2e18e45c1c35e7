#!/usr/bin/env bash
# The bot against the simulated Telegram.
set -euo pipefail
swift build -c release --static-swift-stdlib --product fake-telegram 2>&1 | tail -1
"$PYTHON" Benchmarks/bot/bot.py "$PROGRAMS"
