#!/usr/bin/env bash
# Speaks the bundled sample with flite (its voices may be shipped, see NOTICE): make_sample.sh FILE.ogg
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
text="This is the first sentence. You can read what people say. \
The best way to know if it works is to send it a file and wait for the text."
flite -voice slt -t "$text" -o "$work/sample.wav"
ffmpeg -loglevel error -y -i "$work/sample.wav" -ar 16000 -ac 1 -c:a libopus -b:a 24k -bitexact "$1"
