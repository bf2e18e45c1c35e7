"""Downloads over a link of 50 ms and 200 Mbit/s for each connection, side by side; AES-IGE against openssl speed.

    mtproto.py PROGRAMS [MEGABYTES]      a table
    mtproto.py --client NAME URL FILE    one download by a library, as JSON (used by the above)
"""

import asyncio
import hashlib
import json
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROUND_TRIP, RATE = 0.05, 25e6


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak():
    """KiB; getrusage would tell the parent's."""
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text()).group(1))


async def library(name, world, file, hashes):
    """One download, with what it cost; hashing what came is not the library's work."""
    import telegram_clients

    if name.startswith("telethon"):
        client = await telegram_clients.telethon(world)
        chunks = client.iter_download(telegram_clients.location(file), dc_id=file["dc"], file_size=file["size"])
    else:
        client = telegram_clients.PyrogramClient(world)
        await client.__aenter__()
        chunks = client.stream_media(file["file_id"])
    digest, first = hashlib.sha256(), None
    start, cpu = time.monotonic(), used()
    async for chunk in chunks:
        if first is None:
            # Connecting, exchanging keys and logging in are not counted.
            start, cpu, first = time.monotonic(), used(), len(chunk)
        if hashes:
            digest.update(chunk)
    seconds = time.monotonic() - start
    print(json.dumps({
        "seconds": seconds, "cpu": used() - cpu, "bytes_per_second": (file["size"] - first) / seconds,
        "sha256": digest.hexdigest(), "peak_kib": peak()}))
    sys.stdout.flush()
    # Disconnecting in order is no part of this.
    import os

    os._exit(0)


def run_library(name, world, file, hashes):
    run = subprocess.run(
        [sys.executable, __file__, "--client", name, world.url, json.dumps(file), str(hashes)], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def fetch(programs, world, file, folder, **options):
    from telegram_world import TOKEN

    centres = world.data_centres()
    keys = pathlib.Path(folder) / "keys.pem"
    keys.write_text(centres["pem"])
    words = [f"--{name.replace('_', '-')}" if index == 0 else str(name)
             for pair in options.items() for index, name in enumerate(pair)]
    run = subprocess.run(
        [f"{programs}/telegram-fetch", "--dcs", ",".join(f"{n}=127.0.0.1:{p}" for n, p in centres["ports"].items()),
         "--keys", str(keys), "--folder", str(folder), "--token", TOKEN, "--file", file["file_id"], "--size", str(file["size"]),
         *words], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def speed_of_openssl(*options):
    run = subprocess.run(
        ["openssl", "speed", "-seconds", "2", "-elapsed", "-bytes", "16384", "-evp", "aes-256-cbc", *options],
        capture_output=True, text=True, check=True)
    return float(re.search(r"AES-256-CBC +([\d.]+)k", run.stdout).group(1)) * 1000


def main(programs, megabytes):
    from telegram_world import World, noise_hash

    size = megabytes * 1_000_000 + 123
    expected = noise_hash(1, size)
    with World() as world, tempfile.TemporaryDirectory() as folder:
        file = world.file(size, seed=1)
        fetch(programs, world, world.file(1000), folder)
        world.control("dcs/shape", round_trip=ROUND_TRIP, rate=RATE)
        rows = {}
        for turn in range(4):
            for name in ["ours", "telethon", "telethon-plain", "kurigram"]:
                if name == "telethon-plain" and name in rows:
                    continue
                world.control("reset")
                hashes = turn == 0
                result = (
                    fetch(programs, world, file, folder, hash="yes" if hashes else "no") if name == "ours"
                    else run_library(name, world, file, hashes))
                if hashes:
                    assert result["sha256"] == expected, name
                    continue
                rows.setdefault(name, []).append(result)
                if name == "ours":
                    counts = world.counts()
                    assert "handshake" not in counts and "importBotAuthorization" not in counts, counts
        middle = {
            name: {key: statistics.median(r[key] for r in results) for key in ("bytes_per_second", "cpu", "peak_kib")}
            for name, results in rows.items()}
        ours = middle["ours"]
        print(f"{megabytes} MB, {ROUND_TRIP * 1000:.0f} ms, {RATE * 8 / 1e6:.0f} Mbit/s for each connection; medians of 3")
        print("| client | MB/s | of the link | ours ÷ it | CPU s for each GB | its CPU ÷ ours | peak MiB |")
        print("|---|---|---|---|---|---|---|")
        for name, row in middle.items():
            gigabytes = size / 1e9
            print(
                f"| {name} | {row['bytes_per_second'] / 1e6:.1f} | {row['bytes_per_second'] / RATE:.2f} "
                f"| {ours['bytes_per_second'] / row['bytes_per_second']:.2f} | {row['cpu'] / gigabytes:.2f} "
                f"| {row['cpu'] / ours['cpu']:.1f} | {row['peak_kib'] / 1024:.0f} |")
        first = statistics.median(r["first_byte"] for r in rows["ours"])
        print(f"\nrestart to first byte: {first * 1000:.0f} ms (connecting and one question are two round trips: "
              f"{ROUND_TRIP * 2000:.0f} ms), no exchange of keys, no login")
        one = fetch(programs, world, file, folder, in_flight=1, connections=1, per_connection=1)
        many = fetch(programs, world, file, folder, in_flight=8, connections=8, per_connection=1)
        print(f"memory of one more connection with a block on its way: {(many['peak_kib'] - one['peak_kib']) / 7 / 1024:.2f} MiB; "
              f"8 connections bring {many['bytes_per_second'] / 1e6:.0f} MB/s")
    ige = json.loads(subprocess.run(
        [f"{programs}/telegram-fetch", "--ige", "2000"], capture_output=True, text=True, check=True).stdout)["bytes_per_second"]
    decrypts, encrypts = speed_of_openssl("-decrypt"), speed_of_openssl()
    print(f"AES-256-IGE decryption {ige / 1e6:.0f} MB/s of a core; openssl speed AES-256-CBC: encryption, as serial as IGE, "
          f"{encrypts / 1e6:.0f} MB/s (ratio {ige / encrypts:.2f}), decryption, eight blocks at a time, {decrypts / 1e6:.0f} "
          f"MB/s (ratio {ige / decrypts:.2f})")


if sys.argv[1] == "--client":
    if sys.argv[2] == "telethon-plain":
        # Without its compiled cipher; it then finds OpenSSL's by itself.
        sys.modules["cryptg"] = None

    class Remote:
        url = sys.argv[3]

        def data_centres(self):
            import requests

            return requests.get(f"{self.url}/control/dcs", timeout=30).json()

    asyncio.run(library(sys.argv[2], Remote(), json.loads(sys.argv[4]), sys.argv[5] == "True"))
else:
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300)
