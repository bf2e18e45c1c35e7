#!/usr/bin/env bash
# Seeded kills of child processes in the middle of work: run_crash.sh KILLS [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."
.deps/python/bin/python Scripts/crash.py "$(swift build --show-bin-path)" "$1" "${2:-1}"
.deps/python/bin/python Scripts/crash_server.py "$(swift build --show-bin-path)" "$1" "${2:-1}"
.deps/python/bin/python Scripts/crash_bot.py "$(swift build --show-bin-path)" "$1" "${2:-1}"
.deps/python/bin/python Scripts/crash_callbacks.py "$(swift build --show-bin-path)" "$1" "${2:-1}"
.deps/python/bin/python Scripts/crash_redis.py "$(swift build --show-bin-path)" "$1" "${2:-1}"
