#!/usr/bin/env bash
# Speaks the bundled sample with flite (its voices may be shipped, see NOTICE): make_sample.sh FILE.ogg
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
inputs=()
pads=
joined=
sentences=(
    "This is the first sentence."
    "You can read what people say."
    "The best way to know if it works is to send it a file and wait for the text."
)
for index in "${!sentences[@]}"; do
    flite -voice slt -t "${sentences[index]}" -o "$work/$index.wav"
    inputs+=(-i "$work/$index.wav")
    pads+="[$index:a]apad=pad_dur=0.9[p$index];"
    joined+="[p$index]"
done
ffmpeg -loglevel error -y "${inputs[@]}" -filter_complex "$pads${joined}concat=n=${#sentences[@]}:v=0:a=1" \
    -ar 16000 -ac 1 -c:a libopus -b:a 24k -bitexact "$1"
