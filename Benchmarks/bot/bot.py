"""The bot's figures against the simulated Telegram: bot.py PROGRAMS

Latency of an answer from the cache, a burst of a thousand updates, the webhook under load, and what an idle bot costs.
"""

import os
import pathlib
import statistics
import sys
import threading
import time

import requests

os.environ["STENTOR_BIN_DIR"] = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Clients"))
from stentor_server import SAMPLE, Server  # noqa: E402
from telegram_world import World  # noqa: E402


def cpu_seconds(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def cached_answers(world, count=40):
    first = world.person(5000)
    first.send(SAMPLE, unique="bench")
    first.wait_document("transcript.srt")
    world.control("faults", pacing=False)
    times = []
    for number in range(count):
        person = world.person(5001 + number)
        world.control("chat", **person.chat)
        world.control("reset")
        person.send(SAMPLE, unique="bench")
        # Left alone meanwhile: questions of ours would be part of what is measured.
        time.sleep(0.5)
        edits = world.calls("editMessageText")
        own = next(m for m in world.chat(person.number) if not m["from_bot"])
        times.append((edits[0]["at"] - own["times"][0]) * 1000)
    print(f"answer from the cache: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms; "
          f"downloads {world.state()['downloads']}")


def burst(world, count=1000):
    updates = [
        {"message": {"message_id": 10, "date": 1, "chat": {"id": 7000 + n, "type": "private"},
                     "from": {"id": 7000 + n, "is_bot": False, "first_name": "x"}, "text": "hello"}}
        for n in range(count)]
    for n in range(count):
        world.control("chat", id=7000 + n, type="private", first_name="x")
    for update in updates:
        requests.post(f"{world.url}/control/update", json=update, timeout=10)
    begun = time.monotonic()
    with Server(**(world.settings | {"TRANSCRIPTION_PROVIDER": "sphinx"})):
        while world.state()["pending"]:
            time.sleep(0.02)
        print(f"{count} updates that wait when the server starts: all taken {time.monotonic() - begun:.2f} s after its start")


def webhook(world, server, rate=200, seconds=5):
    url, name = world.state()["webhook"], "X-Telegram-Bot-Api-Secret-Token"
    headers = {name: world.state()["secret"]}
    times, lock, session = [], threading.Lock(), threading.local()

    def call(number):
        if not hasattr(session, "own"):
            session.own = requests.Session()
        update = {"update_id": 10_000_000 + number, "message": {
            "message_id": 1, "date": 1, "chat": {"id": -77, "type": "supergroup"},
            "from": {"id": 77, "is_bot": False, "first_name": "x"}, "text": "talk"}}
        begun = time.monotonic()
        answer = session.own.post(url, json=update, headers=headers, timeout=10)
        assert answer.status_code == 200
        with lock:
            times.append((time.monotonic() - begun) * 1000)

    def worker(first, step):
        start = time.monotonic()
        for number in range(first, rate * seconds, step):
            time.sleep(max(0, start + number / rate - time.monotonic()))
            call(number)

    before = cpu_seconds(server.process)
    threads = [threading.Thread(target=worker, args=(n, 8)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cost = (cpu_seconds(server.process) - before) * 1000 / len(times)
    print(f"webhook at {rate}/s: median {statistics.median(times):.1f} ms, p99 {percentile(times, 0.99):.1f} ms; "
          f"{cost:.2f} ms of processor time an update")


def main():
    with World() as world, Server(**(world.settings | {"TRANSCRIPTION_PROVIDER": "sphinx"})) as server:
        time.sleep(2)
        before = cpu_seconds(server.process)
        time.sleep(20)
        print(f"idle: {(cpu_seconds(server.process) - before) * 1000 / 20:.2f} ms of processor time a second, "
              f"{len(world.calls('getUpdates'))} calls beside one open question")
        cached_answers(world)
    with World() as world:
        burst(world)
    with World() as world:
        with Server() as probe:
            port = probe.url.rsplit(":")[-1]
        with Server(**(world.settings | {"WEBHOOK_URL": f"http://127.0.0.1:{port}", "WEBHOOK_PORT": port})) as server:
            while not world.state()["webhook"]:
                time.sleep(0.05)
            webhook(world, server)


if __name__ == "__main__":
    main()
