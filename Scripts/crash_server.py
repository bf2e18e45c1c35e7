"""Kills the server, its media hosts and its engine hosts at every fault point and at random: crash_server.py PROGRAMS KILLS SEED

The server runs on one data folder from the first kill to the last. Every job it acknowledged must end with the right
text, once; a request it did not acknowledge may be there whole or not at all; nothing may be left over. Needs a debug
build, which alone has fault points.
"""

import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import requests

STEPS = [
    "hash known", "media kept", "submit.begin", "submit.committed", "job committed", "claim.begin", "claim.committed",
    "claimed", "source opened", "checkpoint.begin", "checkpoint.committed", "recognised", "before finish",
    "finish.begin", "finish.committed", "after finish", "settle.begin", "settle.committed", "reclaim.begin",
    "reclaim.committed", "prune.begin", "prune.committed", "cancel.begin", "cancel.committed",
]
LONGEST_WAIT = 300


class Crashes:
    def __init__(self, programs, seed):
        self.programs = pathlib.Path(programs)
        self.chance = random.Random(seed)
        self.root = pathlib.Path(__file__).resolve().parent.parent
        self.work = tempfile.TemporaryDirectory(prefix="stentor-crash-")
        self.folder = pathlib.Path(self.work.name) / "data"
        self.clips = self.make_clips()
        self.acknowledged = {}
        self.cancelled = set()
        self.kills = {"server": 0, "media": 0, "engine": 0}
        self.refused = 0
        self.process = None

    # --- What is transcribed

    def make_clips(self):
        """Pieces of the sample with the text that an undisturbed run hears in each."""
        clips = []
        for number in range(8):
            path = pathlib.Path(self.work.name) / f"{number}.wav"
            subprocess.run(
                ["ffmpeg", "-v", "error", "-ss", str(number * 0.9), "-t", str(2.5 + number % 3), "-i",
                 str(self.root / "Samples/welcome.ogg"), "-ac", "1", "-ar", "16000", "-fflags", "+bitexact", "-flags:a",
                 "+bitexact", str(path)], check=True)
            text = subprocess.run(
                [self.programs / "stentor", "transcribe", "--quiet", "--language", "en", "--engine", "sphinx", path],
                env=self.environment(), capture_output=True, text=True, check=True).stdout
            clips.append((path.read_bytes(), " ".join(text.split())))
        return clips

    def unique(self, clip):
        """The same sound as a file that nobody has sent before: a chunk that readers skip."""
        note = self.chance.randbytes(16)
        size = int.from_bytes(clip[4:8], "little") + 24
        return b"RIFF" + size.to_bytes(4, "little") + clip[8:] + b"junk" + (16).to_bytes(4, "little") + note

    # --- The server

    def environment(self, **more):
        own = {k: v for k, v in os.environ.items() if not k.startswith("STENTOR_")}
        return own | {"STENTOR_DATA_DIR": str(self.folder), "STENTOR_LOG_FORMAT": "json"} | more

    def start(self, fault=None):
        environment = self.environment(**({"STENTOR_FAULT": fault} if fault else {}))
        self.process = subprocess.Popen(
            [self.programs / "stentor", "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True)
        self.url = None
        for line in self.process.stderr:
            if found := re.search(r"listening on (http\S+)", line):
                self.url = found.group(1)
                break
        # Read on, or the server would wait for us.
        stderr = self.process.stderr
        threading.Thread(target=lambda: [None for _ in stderr], daemon=True).start()
        return self.url is not None

    def children(self):
        found = {}
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                with open(f"/proc/{self.process.pid}/task/{task}/children") as file:
                    for child in map(int, file.read().split()):
                        with open(f"/proc/{child}/cmdline") as command:
                            found[child] = command.read().split("\0")[1]
            except (OSError, IndexError):
                continue
        return found

    def kill_host(self):
        try:
            hosts = sorted(self.children().items())
            if hosts:
                victim, role = self.chance.choice(hosts)
                os.kill(victim, signal.SIGKILL)
                self.kills[role] += 1
        except (OSError, KeyError):
            pass

    # --- One round

    def send(self):
        clip, text = self.chance.choice(self.clips)
        body = self.unique(clip)
        try:
            answer = requests.post(
                self.url + "/api/transcribe/async?language=en&engine=sphinx", files={"file": ("a.wav", body)}, timeout=60)
        except requests.RequestException:
            self.refused += 1
            return None
        if answer.status_code != 202:
            self.refused += 1
            return None
        self.acknowledged[answer.json()["job_id"]] = text
        return answer.json()["job_id"]

    def round(self, step, count):
        if not self.start(f"kill:{step}:{count}"):
            self.process.wait()
            self.kills["server"] += 1
            return
        senders = [threading.Thread(target=self.send) for _ in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        if step.startswith("cancel") and (job := self.send()):
            try:
                requests.delete(f"{self.url}/job/{job}", timeout=60)
            except requests.RequestException:
                pass
            self.cancelled.add(job)
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0, 0.6))
            self.kill_host()
        try:
            self.process.wait(self.chance.uniform(0.5, 3))
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.wait()
        self.kills["server"] += 1

    # --- The verdict

    def verdict(self):
        faults = []
        assert self.start()
        end = time.monotonic() + LONGEST_WAIT + 2 * len(self.acknowledged)
        for job, text in self.acknowledged.items():
            while True:
                answer = requests.get(f"{self.url}/api/transcribe/async/status/{job}", timeout=60)
                if answer.status_code != 200:
                    faults.append(f"{job}: status {answer.status_code}")
                    break
                state = answer.json()
                if state["status"] in ("completed", "failed", "cancelled"):
                    faults += self.judge(job, text, state)
                    break
                if time.monotonic() > end:
                    faults.append(f"{job} hangs: {state}")
                    break
                time.sleep(0.02)
        listed = requests.get(self.url + "/jobs?limit=1000", timeout=60).json()["jobs"]
        if len({job["job_id"] for job in listed}) != len(listed):
            faults.append("a job is listed twice")
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            faults.append("the last stop was not clean")
        with sqlite3.connect(self.folder / "stentor.sqlite") as database:
            # What failed keeps its media, for another try.
            kept = {row[0] for row in database.execute("SELECT media_name FROM executions WHERE state = 'failed'")}
        if left := set(os.listdir(self.folder / "media")) - kept:
            faults.append(f"{len(left)} media files are left")
        print(f"{len(kept)} files failed for good because their decoder was killed twice")
        if left := os.listdir(self.folder / "work"):
            faults.append(f"{len(left)} working files are left")
        with sqlite3.connect(self.folder / "stentor.sqlite") as database:
            if (check := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                faults.append(check)
        return faults

    def judge(self, job, text, state):
        if job in self.cancelled and state["status"] == "cancelled":
            return []
        if state["status"] != "completed":
            # Hosts are killed at random; two deaths of one file's decoder make it poison, as they must.
            poisoned = state["error"] and state["error"]["code"] in ("crashed", "engine_failed")
            return [] if poisoned and self.kills["media"] > 1 else [f"{job}: {state['status']} {state['error']}"]
        heard = " ".join(state["result"]["full_text"].split())
        lost = any("could not be recognised" in warning for warning in state["result"]["warnings"])
        return [] if heard == text or lost else [f"{job}: “{heard}” instead of “{text}”"]


def main(programs, kills, seed):
    crashes = Crashes(programs, seed)
    number = 0
    while sum(crashes.kills.values()) < kills:
        crashes.round(STEPS[number % len(STEPS)], 1 + number // len(STEPS) % 3)
        number += 1
    faults = crashes.verdict()
    for fault in faults:
        print(fault)
    print(
        f"{json.dumps(crashes.kills)} kills, seed {seed}: {len(crashes.acknowledged)} jobs acknowledged, "
        f"{crashes.refused} requests not, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
