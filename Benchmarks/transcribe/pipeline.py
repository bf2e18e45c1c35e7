"""The whole pipeline against the bare engine on the same chunks, in turn: pipeline.py PROGRAMS SAMPLE [ROUNDS]

The chunks are read once from a traced run of `stentor transcribe`; then an engine host alone recognises exactly those,
and the two are compared by CPU seconds (the program with all its hosts; the engine host with loading its model).
"""

import os
import re
import subprocess
import sys
import time

from hosts import SPHINX, cpu, decode, engine_host, ffmpeg, media_host, median, run, work_folder


def chunks(programs: str, path: str, environment: dict[str, str], folder: str) -> list[list[int]]:
    trace = os.path.join(folder, "trace")
    subprocess.run(["strace", "-f", "-qq", "-s", "400", "-e", "trace=sendmsg", "-o", trace] + command(programs, path),
                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    with open(trace) as file:
        found = re.findall(r'\\"recognise\\".*?\\"range\\":\[(\d+),(\d+)\]', file.read())
    # The host passes each request on to its working thread, so the trace holds it twice.
    return [list(pair) for pair in sorted({(int(start), int(end)) for start, end in found})]


def command(programs: str, path: str) -> list[str]:
    return [os.path.join(programs, "stentor"), "transcribe", "--quiet", "--engine", "sphinx", "--language", "en", path]


def bare(programs: str, pcm: int, ranges: list[list[int]]) -> tuple[float, float]:
    start = time.monotonic()
    host = engine_host(programs, SPHINX)
    for number, bounds in enumerate(ranges):
        host.send({"recognise": {"id": number, "range": bounds, "_2": {"language": "en", "isSecondLook": False}}}, [pcm])
        assert "recognised" in host.receive()
    wall = time.monotonic() - start
    return cpu(host.end()), wall


def detection(programs: str, pcm: int, samples: int) -> float:
    """CPU seconds of finding speech, without starting the host."""
    idle = cpu(engine_host(programs, {"engine": None}).end())
    host = engine_host(programs, {"engine": None})
    for number, start in enumerate(range(0, samples, 960_000)):
        host.send({"detectSpeech": {"id": number, "range": [start, min(start + 960_000, samples)]}}, [pcm])
        assert "speech" in host.receive()
    return cpu(host.end()) - idle


def main(programs: str, sample: str, rounds: int) -> None:
    with work_folder() as folder:
        path = os.path.join(folder, "speech.mp3")
        ffmpeg(["-stream_loop", "-1", "-i", sample, "-t", "120", "-c:a", "libmp3lame", path])
        environment = {"PATH": os.environ["PATH"], "STENTOR_DATA_DIR": folder, "STENTOR_ENGINE_SLOTS": "1"}
        ranges = chunks(programs, path, environment, folder)
        pcm = os.open(os.path.join(folder, "speech.pcm"), os.O_RDWR | os.O_CREAT)
        media = media_host(programs)
        samples = decode(media, path, pcm)
        decoding = cpu(media.end())
        pairs = []
        for _ in range(rounds):
            used, wall, code = run(command(programs, path), environment)
            assert code == 0
            pairs.append(((used, wall), bare(programs, pcm, ranges)))
        audio = sum(end - start for start, end in ranges) / 16000
        print(f"{len(ranges)} chunks, {audio:.0f} s of 120 s of audio, PocketSphinx, one slot")
        print(f"  CPU s: pipeline {median([a[0] for a, _ in pairs]):.2f}, bare engine {median([b[0] for _, b in pairs]):.2f}, "
              f"pipeline ÷ bare {median([a[0] / b[0] for a, b in pairs]):.3f} (budget 1.03)")
        engine, finding = median([b[0] for _, b in pairs]), median([detection(programs, pcm, samples) for _ in range(rounds)])
        print(f"  by parts: decoding {decoding:.2f} s, finding speech {finding:.2f} s: "
              f"(engine + parts) ÷ engine {(engine + decoding + finding) / engine:.3f}")
        print(f"  wall s: pipeline {median([a[1] for a, _ in pairs]):.2f}, bare engine {median([b[1] for _, b in pairs]):.2f}, "
              f"difference {median([a[1] - b[1] for a, b in pairs]):+.2f} s (budget 0.3)")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 3)
