"""Four uploads of 2 GB at once: memory of the server over idle, and every byte right. uploads.py PROGRAMS [GIGABYTES]"""

import concurrent.futures
import hashlib
import os
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))
os.environ["STENTOR_BIN_DIR"] = sys.argv[1]
from stentor_server import Server  # noqa: E402

BYTES = int(float(sys.argv[2] if len(sys.argv) > 2 else 2) * 1e9)
BLOCK = bytes(1 << 20)


def sound(number):
    """An eight-channel WAV of silence, each with another note in front: its blocks one after the other."""
    note = b"junk" + (8).to_bytes(4, "little") + number.to_bytes(8, "little")
    shape = (1).to_bytes(2, "little") + (8).to_bytes(2, "little") + (48000).to_bytes(4, "little")
    shape += (768000).to_bytes(4, "little") + (16).to_bytes(2, "little") + (16).to_bytes(2, "little")
    head = b"WAVEfmt " + (16).to_bytes(4, "little") + shape + note + b"data" + BYTES.to_bytes(4, "little")
    yield b"RIFF" + (len(head) + BYTES).to_bytes(4, "little") + head
    left = BYTES
    while left:
        yield BLOCK[: min(left, len(BLOCK))]
        left -= min(left, len(BLOCK))


def main():
    expected = set()
    for number in range(4):
        digest = hashlib.sha256()
        for block in sound(number):
            digest.update(block)
        expected.add(digest.hexdigest())
    with Server() as server:
        server.post("/jobs/pause")
        time.sleep(1)
        idle = server.rss()
        peak = [idle]
        done = threading.Event()

        def watch():
            while not done.wait(0.05):
                peak[0] = max(peak[0], server.rss())

        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.monotonic()

        def send(number):
            import requests

            return requests.post(
                server.url + "/api/transcribe/async?language=en", data=sound(number), timeout=1200,
                headers={"Content-Type": "audio/wav"})

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, range(4)))
        seconds = time.monotonic() - start
        done.set()
        watcher.join()
        assert [a.status_code for a in answers] == [202] * 4, [a.text for a in answers]
        kept = set()
        for path in (server.folder / "media").iterdir():
            with open(path, "rb") as file:
                kept.add(hashlib.file_digest(file, "sha256").hexdigest())
        print(
            f"4 uploads of {BYTES / 1e9:g} GB: idle {idle / 2**20:.1f} MiB, peak {peak[0] / 2**20:.1f} MiB "
            f"(+{(peak[0] - idle) / 2**20:.1f}), {4 * BYTES / seconds / 1e6:.0f} MB/s in all, "
            f"hashes {'right' if kept == expected else 'WRONG'}")
        sys.exit(0 if kept == expected and peak[0] - idle < 150 * 2**20 else 1)


if __name__ == "__main__":
    main()
