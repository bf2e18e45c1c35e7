"""Published files through the Bot API's files of a simulated Telegram.

    measure.py [shared] [seeks] [centres] [memory] [slow]

Needs STENTOR_BIN_DIR with release builds of stentor and fake-telegram.
"""

import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time

import requests

from stage import Stage, computed

PARTS = sys.argv[1:] or ["shared", "seeks", "centres", "memory", "slow"]
GIB = 999_000_000


def drain(url, start=0, limit=None, rate=None, stop=None):
    """Reads at a rate in bytes a second, until so many bytes came, the end, or `stop` is set. Returns the bytes."""
    got, begun = 0, time.monotonic()
    with requests.get(url, headers={"Range": f"bytes={start}-"}, stream=True, timeout=60) as answer:
        for piece in answer.iter_content(65536):
            got += len(piece)
            if limit and got >= limit or stop and stop.is_set():
                break
            if rate:
                time.sleep(max(0, begun + got / rate - time.monotonic()))
    return got


def shared():
    print("\n| ten viewers of one 200 MiB file | calls | bytes from Telegram / file |\n|---|---|---|")
    size = 200 << 20
    with Stage(delay=5, STENTOR_STREAM_CACHE_MB="400") as stage:
        path = stage.publish(1, size)
        threads = [threading.Thread(target=drain, args=(stage.server.url + path,)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        calls, loaded = stage.figure("stentor_stream_source_calls_total"), stage.figure("stentor_stream_source_bytes_total")
        print(f"| all at once | {calls:.0f} | {loaded / size:.3f} |")
        drain(stage.server.url + path)
        more = stage.figure("stentor_stream_source_calls_total") - calls
        print(f"| one more, of what is cached | {more:.0f} | 0 |", flush=True)


def first_byte(session, url, start):
    begun = time.perf_counter()
    with session.get(url, headers={"Range": f"bytes={start}-"}, stream=True, timeout=60) as answer:
        piece = next(answer.iter_content(1))
    taken = time.perf_counter() - begun
    assert piece
    # What was not read is in the way of the next request: another connection.
    return taken * 1e3


def seeks():
    print("\n| seek to a place nobody has read, 50 ms there and back | median ms | p95 ms |\n|---|---|---|")
    rng = random.Random(3)
    with Stage(delay=50) as stage:
        path = stage.publish(2, 2 * GIB)
        url = stage.server.url + path
        with requests.Session() as session:
            first_byte(session, url, 0)
            places = [rng.randrange(2 * GIB - (4 << 20)) for _ in range(60)]
            times = [first_byte(session, url, place) for place in places]
            bare = f"{stage.world.url}/file/bot{stage.world.settings['TELEGRAM_BOT_TOKEN']}/documents/file_1"
            direct = [first_byte(session, bare, place) for place in places]
            again = [first_byte(session, url, place) for place in places[-20:]]
        for name, values in [("through Stentor", times), ("straight from the simulator", direct), ("again", again)]:
            print(f"| {name} | {statistics.median(values):.1f} | {sorted(values)[int(len(values) * 0.95)]:.1f} |", flush=True)
        answer = requests.get(url, headers={"Range": "bytes=1000000007-1000000106"})
        assert answer.content == computed(2, 1_000_000_007, 1_000_000_107), "wrong bytes"


def centres():
    print("\n| data centres, 50 ms there and back, 200 Mbit/s a connection | median ms | p95 ms |\n|---|---|---|")
    rng = random.Random(4)
    with Stage(delay=50, data_centres=True) as stage:
        url = stage.server.url + stage.publish(3, 2 * GIB)
        with requests.Session() as session:
            cold = first_byte(session, url, 0)
            places = [rng.randrange(2 * GIB - (4 << 20)) for _ in range(40)]
            times = []
            for place in places:
                times.append(first_byte(session, url, place))
                # The block that was asked for beside it has come: a seek does not wait behind the one before.
                time.sleep(0.2)
            storm = [first_byte(session, url, rng.randrange(2 * GIB - (4 << 20))) for _ in range(40)]
        print(f"| first of all: connections, keys, log-in | {cold:.0f} | |")
        for name, values in [("seek to a place nobody has read", times), ("the same, one right after the other", storm)]:
            print(f"| {name} | {statistics.median(values):.1f} | {sorted(values)[int(len(values) * 0.95)]:.1f} |", flush=True)
        begun = time.perf_counter()
        got = drain(url, start=10_000_000, limit=150_000_000)
        print(f"| one viewer reading {got / 1e6:.0f} MB | {got / (time.perf_counter() - begun) / 1e6:.1f} MB/s | |", flush=True)


def memory():
    print("\n| active viewers at 4 MB/s, each of a file of its own | RSS MiB | MiB for each |\n|---|---|---|")
    with Stage(delay=20) as stage:
        paths = [stage.publish(10 + n, GIB) for n in range(20)]
        drain(stage.server.url + paths[0], limit=1 << 20)
        stage.settle()
        base = stage.server.rss()
        stop = threading.Event()
        threads = [
            threading.Thread(target=drain, args=(stage.server.url + path,), kwargs={"rate": 4e6, "stop": stop})
            for path in paths]
        for thread in threads:
            thread.start()
        most = 0
        for _ in range(40):
            time.sleep(0.5)
            most = max(most, stage.server.rss())
        stop.set()
        for thread in threads:
            thread.join()
        print(f"| none | {base / 2**20:.0f} | |\n| 20 | {most / 2**20:.0f} | {(most - base) / 20 / 2**20:.1f} |", flush=True)


READER = r"""
import random, resource, socket, sys, time
host, port, path, count, seconds = "127.0.0.1", int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
sockets, got = [], 0
for n in range(count):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    s.connect((host, port))
    start = random.randrange(1_900_000_000)
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: x.localhost\r\nRange: bytes={start}-\r\n\r\n".replace("x.localhost", "127.0.0.1").encode())
    s.setblocking(False)
    sockets.append(s)
print("open", flush=True)
start, turn, alive = time.monotonic(), 0, 0
while time.monotonic() - start < seconds:
    for s in sockets:
        try: got += len(s.recv(10240))
        except BlockingIOError: pass
    turn += 1
    time.sleep(max(0, start + turn - time.monotonic()))
print(got / 1024 / count / turn, flush=True)
"""


def kernel_tcp():
    """MiB of memory the kernel keeps for TCP."""
    pages = int(re.search(r"TCP: .* mem (\d+)", open("/proc/net/sockstat").read())[1])
    return pages * 4096 / 2**20


def slow():
    print("\n| 3,000 slow readers of 2 GB, each somewhere else | RSS MiB | kernel TCP MiB | KiB/s each "
          "| /health p99 ms beside | calls | \n|---|---|---|---|---|---|")
    with Stage(delay=5) as stage:
        path = stage.publish(5, 2_000_000_000)
        drain(stage.server.url + path, limit=1 << 20)
        base, idle = kernel_tcp(), stage.server.rss()
        port = stage.server.url.rsplit(":", 1)[1]
        readers = subprocess.Popen([sys.executable, "-c", READER, port, path, "3000", "40"], stdout=subprocess.PIPE, text=True)
        readers.stdout.readline()
        time.sleep(15)
        times = []
        with requests.Session() as session:
            end = time.monotonic() + 10
            while time.monotonic() < end:
                begun = time.perf_counter()
                assert session.get(stage.server.url + "/health", timeout=30).status_code == 200
                times.append((time.perf_counter() - begun) * 1e3)
        rss, kernel = stage.server.rss() / 2**20, kernel_tcp() - base
        calls = stage.figure("stentor_stream_source_calls_total")
        viewers = stage.figure("stentor_stream_viewers")
        each = float(readers.stdout.readline())
        readers.wait()
        p99 = sorted(times)[int(len(times) * 0.99)]
        print(f"| {viewers:.0f} open, {idle / 2**20:.0f} MiB before | {rss:.0f} | {kernel:.0f} | {each:.1f} | {p99:.1f} | {calls:.0f} |",
              flush=True)


os.chdir(os.path.dirname(os.path.abspath(__file__)))
for part in PARTS:
    globals()[part]()
