#!/usr/bin/env bash
# Every benchmark, each against its yardstick in the same run. Machines are noisy: read ratios. What they printed on the
# day it was measured stands in Benchmarks/RESULTS.md.
#   Benchmarks/run.sh [NAME…]    all, or those in these folders of Benchmarks
set -euo pipefail
cd "$(dirname "$0")/.."
PROGRAMS=$(swift build -c release --show-bin-path)
PYTHON=$PWD/.deps/python/bin/python
export PROGRAMS PYTHON
for script in Benchmarks/*/run.sh; do
    name=$(basename "$(dirname "$script")")
    if [ $# = 0 ] || [[ " $* " == *" $name "* ]]; then
        echo "=== $name"
        "$script"
    fi
done
