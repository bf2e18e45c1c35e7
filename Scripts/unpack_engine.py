"""Takes what is native or data out of the engine's wheels: unpack_engine.py WHEELS FOLDER"""

import os
import shutil
import sys
import zipfile

import convert_speaker_encoder

WANTED = {
    "sherpa_onnx/lib/libsherpa-onnx-c-api.so",
    "sherpa_onnx/lib/libonnxruntime.so",
    "silero_vad/data/silero_vad.onnx",
}
SPEAKERS = "resemblyzer/pretrained.pt"


def main(wheels: str, folder: str) -> None:
    fresh = folder + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    os.makedirs(fresh)
    found = set()
    for wheel in sorted(os.listdir(wheels)):
        with zipfile.ZipFile(os.path.join(wheels, wheel)) as archive:
            for name in archive.namelist():
                if name in WANTED:
                    with archive.open(name) as source, open(os.path.join(fresh, os.path.basename(name)), "wb") as target:
                        shutil.copyfileobj(source, target)
                    found.add(name)
                elif name == SPEAKERS:
                    archive.extract(name, fresh)
                    convert_speaker_encoder.main(os.path.join(fresh, name), os.path.join(fresh, "ge2e.weights"))
                    shutil.rmtree(os.path.join(fresh, os.path.dirname(name)))
                    found.add(name)
    missing = (WANTED | {SPEAKERS}) - found
    if missing:
        sys.exit(f"the wheels do not hold {', '.join(sorted(missing))}")
    # Never half an engine: the folder is replaced once it is whole.
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(fresh, folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
