#!/usr/bin/env bash
# Decoding, the pipeline, engine slots and memory of `stentor transcribe`.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
python=$root/.deps/python/bin/python
sample=$root/Samples/welcome.ogg
models=$root/.deps/test-models/whisper-nano
"$python" decode.py "$PROGRAMS" "$sample"
"$python" pipeline.py "$PROGRAMS" "$sample"
"$python" slots.py "$PROGRAMS" "$sample" "$models"
"$python" memory.py "$PROGRAMS" "$sample" "$models"
