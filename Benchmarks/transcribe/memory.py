"""Peak memory while a 2 GB file is transcribed: memory.py PROGRAMS SAMPLE MODELS

The file is a 96 kHz stereo float WAV of speech, the model the nano one (its own memory is beside the point).
"""

import os
import subprocess
import sys
import time

from hosts import ffmpeg, work_folder

SIZE = 2_000_000_000


def peak(process: int) -> int:
    try:
        with open(f"/proc/{process}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def children(process: int) -> dict[int, str]:
    found = {}
    for task in os.listdir(f"/proc/{process}/task"):
        try:
            with open(f"/proc/{process}/task/{task}/children") as file:
                for child in map(int, file.read().split()):
                    with open(f"/proc/{child}/cmdline") as command:
                        found[child] = command.read().split("\0")[1]
        except (OSError, IndexError):
            continue
    return found


def main(programs: str, sample: str, models: str) -> None:
    with work_folder() as folder:
        stentor = os.path.join(programs, "stentor")
        environment = {"PATH": os.environ["PATH"], "STENTOR_DATA_DIR": os.path.join(folder, "data")}
        subprocess.run([stentor, "models", "import", "--name", "nano", models], env=environment, check=True,
                       stderr=subprocess.DEVNULL)
        path = os.path.join(folder, "long.wav")
        ffmpeg(["-stream_loop", "-1", "-i", sample, "-fs", str(SIZE), "-ar", "96000", "-ac", "2", "-c:a", "pcm_f32le", path])
        start = time.monotonic()
        run = subprocess.Popen([stentor, "transcribe", "--quiet", "--model", "nano", "--language", "en", "--format", "json",
                                "--words", "--output", os.path.join(folder, "out.json"), path], env=environment)
        peaks = {"stentor": 0, "media": 0, "engine": 0}
        while run.poll() is None:
            peaks["stentor"] = max(peaks["stentor"], peak(run.pid))
            try:
                for child, role in children(run.pid).items():
                    peaks[role] = max(peaks.get(role, 0), peak(child))
            except OSError:
                pass
            time.sleep(0.05)
        assert run.returncode == 0
        wall = time.monotonic() - start
        print(f"{os.path.getsize(path) / 1e9:.2f} GB in {wall:.0f} s: peak resident memory "
              f"stentor {peaks['stentor'] / 1024:.1f} MiB (budget 40), media host {peaks['media'] / 1024:.1f} MiB "
              f"(budget 150), engine host with the nano model {peaks['engine'] / 1024:.1f} MiB")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3])
