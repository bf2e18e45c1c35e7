"""Kills the server around the ends of jobs that are to be announced: crash_callbacks.py PROGRAMS KILLS SEED

One data folder from the first kill to the last, a receiver that fails half the time. Every job that was acknowledged
must be told to its receiver, as one message under one name. Needs a debug build, which alone has fault points.
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))

from callback_receiver import SECRET, Receiver, told  # noqa: E402
from stentor_server import SAMPLE, Server  # noqa: E402

STEPS = [
    "submit.begin", "submit.committed", "job committed", "before finish", "finish.begin", "finish.committed",
    "after finish", "announced.begin", "announced.committed", "postpone.begin", "postpone.committed",
]
SETTINGS = {
    "STENTOR_CALLBACK_SECRET": SECRET, "STENTOR_CALLBACK_ALLOWED": "127.0.0.0/8", "STENTOR_CALLBACK_TIMEOUT": "2",
    "STENTOR_CALLBACK_SCHEDULE": ",".join(["0.1"] * 200), "QUEUE_MAX_WAITING_PER_USER": "100000",
}
LONGEST_WAIT = 120


def clip(folder, number):
    """Sound that nobody has sent before, and short."""
    path = pathlib.Path(folder) / f"{number}.wav"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-ss", f"{number % 70 / 10:.1f}", "-t", f"{1 + number * 0.003:.3f}", "-i",
         str(SAMPLE), "-ac", "1", "-ar", "16000", str(path)], check=True)
    return path


def send(server, receiver, path, acknowledged):
    """A job with a callback; a server that dies meanwhile acknowledged nothing."""
    try:
        with open(path, "rb") as opened:
            answer = requests.post(
                server.url + "/transcribe-file", files={"file": opened},
                data={"language": "en", "callback_url": receiver.url}, timeout=30)
    except requests.RequestException:
        return
    if answer.status_code == 202:
        acknowledged.add(answer.json()["job_id"])


def main(programs, kills, seed):
    os.environ["STENTOR_BIN_DIR"] = programs
    chance = random.Random(seed)
    answers = random.Random(seed + 1)
    acknowledged, died = set(), 0
    with tempfile.TemporaryDirectory(prefix="stentor-callbacks-") as work, Receiver(
            lambda *_: 500 if answers.random() < 0.5 else 200) as receiver:
        folder = pathlib.Path(work) / "data"
        folder.mkdir()
        server = Server(folder, **SETTINGS)
        server.kill()
        for number in range(kills):
            step = STEPS[number % len(STEPS)]
            server.start(STENTOR_FAULT=f"kill:{step}:{chance.randint(1, 2)}")
            for part in range(2):
                send(server, receiver, clip(work, 2 * number + part), acknowledged)
            end = time.monotonic() + 20
            while server.process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            died += server.process.poll() is not None
            if server.process.poll() is None:
                server.kill()
            server.process.wait(10)
        server.start()
        names = {}
        end = time.monotonic() + LONGEST_WAIT
        while not acknowledged <= set(names):
            assert time.monotonic() < end, f"never told: {sorted(acknowledged - set(names))}"
            time.sleep(0.1)
            for call in receiver.delivered():
                names.setdefault(told(call), set()).add(call["headers"]["webhook-id"])
        assert all(len(one) == 1 for one in names.values()), "one end under two names"
        code = server.stop()
        assert code == 0, code
        print(
            f"{kills} starts, {died} of them killed at a step; {len(acknowledged)} acknowledged jobs, each told: "
            f"{len(receiver.calls)} calls, {len(receiver.delivered())} taken")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
