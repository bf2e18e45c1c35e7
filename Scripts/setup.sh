#!/usr/bin/env bash
# Installs what is missing, and says what: Debian packages, the speech engine, and for tests a Python environment and
# models made by a seeded script. Quick when nothing is missing.
#   Scripts/setup.sh run     what building and running need
#   Scripts/setup.sh test    also what tests, benchmarks and client checks need
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf 'setup: %s\n' "$*"; }

# A folder is up to date when its stamp holds the hash of what it was made from.
fingerprint() { cat "$@" | sha256sum | cut -d' ' -f1; }
is_current() { [ -f ".deps/$1.stamp" ] && [ "$(cat ".deps/$1.stamp")" = "$2" ]; }
mark_current() { printf '%s\n' "$2" > ".deps/$1.stamp"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local lists=(Scripts/packages.txt)
    [ "$purpose" = test ] && lists=(Scripts/packages*.txt)
    local wanted missing
    wanted=$(sed 's/#.*//' "${lists[@]}" | tr -s ' \t' '\n' | sort -u | sed '/^$/d')
    missing=$(for name in $wanted; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$name"
    done)
    [ -z "$missing" ] && return
    say "installing Debian packages: $missing"
    as_root apt-get update -qq
    # shellcheck disable=SC2086 -- the list is meant to be split
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# The interpreter that Debian brings, whatever else is first in PATH: wheels are pinned for its version.
python=/usr/bin/python3

make_python() {
    [ -x .deps/python/bin/pip ] && return
    say "making a Python environment in .deps/python"
    "$python" -m venv .deps/python
}

install_engine() {
    local current
    current=$(fingerprint Scripts/requirements-engine.txt Scripts/unpack_engine.py Scripts/convert_speaker_encoder.py)
    is_current engine "$current" && [ -f .deps/engine/ge2e.weights ] && return
    make_python
    say "fetching the speech engine (sherpa-onnx), the speech detector (Silero) and the speaker encoder (GE2E) into .deps/engine"
    rm -rf .deps/wheels
    .deps/python/bin/python -m pip download -q --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        -r Scripts/requirements-engine.txt -d .deps/wheels
    .deps/python/bin/python Scripts/unpack_engine.py .deps/wheels .deps/engine
    rm -rf .deps/wheels
    mark_current engine "$current"
}

install_python_packages() {
    local current
    current=$(fingerprint Scripts/requirements-test.txt)
    is_current python "$current" && return
    make_python
    say "installing Python packages for tests into .deps/python"
    .deps/python/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r Scripts/requirements-test.txt
    mark_current python "$current"
}

make_test_models() {
    local current
    current=$(fingerprint Scripts/make_nano_whisper.py Scripts/make_whisper_reference.py Scripts/make_speaker_models.py)
    is_current test-models "$current" && return
    say "making the test models in .deps/test-models"
    .deps/python/bin/python Scripts/make_nano_whisper.py .deps/test-models/whisper-nano
    .deps/python/bin/python Scripts/make_whisper_reference.py .deps/test-models/whisper-reference
    .deps/python/bin/python Scripts/make_speaker_models.py .deps/test-models/speakers
    mark_current test-models "$current"
}

mkdir -p .deps
install_packages
install_engine
if [ "$purpose" = test ]; then
    install_python_packages
    make_test_models
fi
