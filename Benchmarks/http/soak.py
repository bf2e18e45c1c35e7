"""Mixed traffic for a long time, with the server's memory and descriptors sampled.

    python3 Benchmarks/http/soak.py BINARY [SECONDS]

Needs the packages of Scripts/requirements-test.txt. Ends with status 1 when memory or descriptors grow.
"""

import asyncio
import hashlib
import os
import random
import socket
import subprocess
import sys
import time

import aiohttp

BINARY = sys.argv[1]
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1200
counts = {}


def note(what):
    counts[what] = counts.get(what, 0) + 1


def pattern(start, size):
    return bytes((start + i) % 65536 % 251 for i in range(size))


async def hello(session, url):
    async with session.get(url + "/hello") as r:
        assert r.status == 200 and await r.json() == {"message": "hello, you"}


async def upload(session, url):
    data = os.urandom(random.randrange(1, 3_000_000))
    async with session.post(url + "/upload", data=data) as r:
        assert (await r.text()).strip() == hashlib.sha256(data).hexdigest()


async def form(session, url):
    data = os.urandom(random.randrange(1, 500_000))
    body = aiohttp.FormData()
    body.add_field("a", "b")
    body.add_field("file", data, filename="x.bin", content_type="application/octet-stream")
    async with session.post(url + "/form", data=body) as r:
        assert hashlib.sha256(data).hexdigest() in await r.text()


async def part(session, url):
    start = random.randrange(0, 90_000_000)
    async with session.get(url + "/blob?size=100000000", headers={"Range": f"bytes={start}-{start + 999}"}) as r:
        assert r.status == 206 and await r.read() == pattern(start, 1000)


async def abandoned(session, url):
    async with session.get(url + "/blob?size=100000000") as r:
        await r.content.readexactly(random.randrange(1, 200_000))
        r.close()


async def sockets(session, url):
    async with session.ws_connect(url + "/ws") as ws:
        for _ in range(10):
            await ws.send_str("x" * random.randrange(1, 5000))
            assert (await ws.receive()).type == aiohttp.WSMsgType.TEXT
        if random.random() < 0.5:
            await ws.close()


async def junk(session, url):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    writer.write(random.choice([
        os.urandom(300) + b"\r\n\r\n", b"GET /hello HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf"]))
    await writer.drain()
    if random.random() < 0.5:
        await asyncio.wait_for(reader.read(100), 30)
    writer.close()


async def client(url, end):
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end:
            work = random.choices([hello, upload, form, part, abandoned, sockets, junk], [60, 6, 6, 12, 4, 6, 6])[0]
            try:
                await work(session, url)
                note(work.__name__)
            except AssertionError:
                note("WRONG " + work.__name__)
            except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
                note(f"error {work.__name__} {type(error).__name__}")


def sample(pid):
    rss = next(int(l.split()[1]) for l in open(f"/proc/{pid}/status") if l.startswith("VmRSS"))
    return rss, len(os.listdir(f"/proc/{pid}/fd"))


async def main():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen([BINARY, "--port", str(port), "--loops", "2"], stdout=subprocess.DEVNULL)
    await asyncio.sleep(1)
    end = time.monotonic() + SECONDS
    clients = [asyncio.create_task(client(f"http://127.0.0.1:{port}", end)) for _ in range(16)]
    samples = []
    while time.monotonic() < end:
        await asyncio.sleep(min(15, max(0.1, end - time.monotonic())))
        samples.append(sample(server.pid))
        print(f"{len(samples)} rss {samples[-1][0]} KiB, descriptors {samples[-1][1]}, {sum(counts.values())} calls",
              flush=True)
    await asyncio.gather(*clients)
    server.terminate()
    status = server.wait(60)
    print(dict(sorted(counts.items())))
    # The first quarter warms up; then the mean of the last quarter is compared with that of the second.
    quarter = max(1, len(samples) // 4)
    early = sum(s[0] for s in samples[quarter:2 * quarter]) / quarter
    late = sum(s[0] for s in samples[-quarter:]) / quarter
    most = max(s[1] for s in samples[-quarter:])
    print(f"second quarter {early:.0f} KiB, last quarter {late:.0f} KiB, descriptors at most {most}, exit {status}")
    wrong = [what for what in counts if what.startswith("WRONG")]
    sys.exit(1 if wrong or status or late > early * 1.1 + 2048 or most > 100 else 0)


asyncio.run(main())
