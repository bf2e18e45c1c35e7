#!/usr/bin/env bash
# Lets the programs of a build folder find the engine: link_engine.sh BUILD-FOLDER
set -euo pipefail
ln -sfn "$(cd "$(dirname "$0")/.." && pwd)/.deps/engine" "$1/stentor-engines"
