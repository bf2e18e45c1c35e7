"""Mixed viewing for a long time, with the server's memory and descriptors sampled.

    python3 soak.py [SECONDS]

Readers that play at all speeds, seek, leave, read again and never read; every byte is compared with what it must be.
Needs STENTOR_BIN_DIR. Ends with status 1 when memory or descriptors grow, or a byte is wrong.
"""

import os
import random
import socket
import sys
import threading
import time

import requests

from stage import Stage, computed

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 1800
SIZE = 700_000_001
counts, lock = {}, threading.Lock()


def note(what):
    with lock:
        counts[what] = counts.get(what, 0) + 1


def exact(url, seed, rng):
    start = rng.randrange(SIZE)
    end = min(SIZE, start + rng.choice([1, 100, 4096, 30_000]))
    answer = requests.get(url, headers={"Range": f"bytes={start}-{end - 1}"}, timeout=60)
    note("exact" if answer.status_code == 206 and answer.content == computed(seed, start, end) else "WRONG exact")


def play(url, seed, rng):
    start, rate, got = rng.randrange(SIZE), rng.choice([2e5, 1e6, 1e7]), 0
    begun = time.monotonic()
    with requests.get(url, headers={"Range": f"bytes={start}-"}, stream=True, timeout=60) as answer:
        for piece in answer.iter_content(65536):
            if got == 0 and piece[:64] != computed(seed, start, min(SIZE, start + 64))[:len(piece)]:
                note("WRONG play")
            got += len(piece)
            time.sleep(max(0, begun + got / rate - time.monotonic()))
            if time.monotonic() - begun > 5:
                break
    note("play")


def seek(url, seed, rng):
    for _ in range(20):
        start = rng.randrange(SIZE)
        with requests.get(url, headers={"Range": f"bytes={start}-"}, stream=True, timeout=60) as answer:
            piece = next(answer.iter_content(32))
        note("seek" if piece == computed(seed, start, min(SIZE, start + len(piece))) else "WRONG seek")


def rest(url, seed, rng):
    host, path = url[7:].split("/", 1)
    with socket.create_connection(tuple(host.split(":"))) as one:
        one.sendall(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        time.sleep(rng.uniform(0.5, 5))
    note("never read")


def client(number, stage, files, end):
    rng = random.Random(number)
    while time.monotonic() < end:
        seed, path = rng.choice(files)
        work = rng.choice([exact, exact, play, seek, rest])
        try:
            work(stage.server.url + path, seed, rng)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is counted
            note(f"WRONG {work.__name__} {type(error).__name__}")


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    with Stage(delay=10) as stage:
        files = [(100 + n, stage.publish(100 + n, SIZE)) for n in range(8)]
        end = time.monotonic() + SECONDS
        threads = [threading.Thread(target=client, args=(n, stage, files, end)) for n in range(12)]
        for thread in threads:
            thread.start()
        samples = []
        while time.monotonic() < end:
            time.sleep(min(15, max(0.1, end - time.monotonic())))
            descriptors = len(os.listdir(f"/proc/{stage.server.process.pid}/fd"))
            samples.append((stage.server.rss() / 2**20, descriptors))
            print(f"{len(samples)} rss {samples[-1][0]:.0f} MiB, descriptors {descriptors}, {sum(counts.values())} calls",
                  flush=True)
        for thread in threads:
            thread.join()
        stage.settle()
        left = stage.figure("stentor_stream_viewers")
    print(dict(sorted(counts.items())))
    quarter = max(1, len(samples) // 4)
    early = sum(one[0] for one in samples[quarter:2 * quarter]) / quarter
    late = sum(one[0] for one in samples[-quarter:]) / quarter
    most = max(one[0] for one in samples)
    print(f"second quarter {early:.0f} MiB, last quarter {late:.0f} MiB, most {most:.0f} MiB, viewers left {left:.0f}")
    wrong = [what for what in counts if what.startswith("WRONG")]
    sys.exit(1 if wrong or left or late > early * 1.1 + 4 else 0)


main()
