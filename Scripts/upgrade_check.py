"""Upgrades and goes back by one version with queued jobs: upgrade_check.py PROGRAMS [PREVIOUS-PROGRAMS | COMMIT]

PROGRAMS is the build folder of this version. The other version is a folder with its programs, or a commit (HEAD~1 when
nothing is named), which is then built in a work tree beside this one; that takes minutes.

A server of the previous version takes jobs and is killed; one of this version goes on with them, takes more and is
killed; the previous one goes on again. Every job that was acknowledged must end with its text, under both. Where the
versions' schemas do not allow the way back, the previous version must refuse with a sentence and change nothing.
"""

import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parent.parent
JOBS = 6


def built(commit):
    """The debug programs of a commit."""
    name = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", commit], check=True, capture_output=True, text=True).stdout.strip()
    tree = ROOT / ".build" / f"previous-{name}"
    if not tree.exists():
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--detach", tree, name], check=True)
    for product in ("stentor", "stentor-host"):
        subprocess.run(["swift", "build", "--package-path", tree, "--product", product], check=True)
    shown = subprocess.run(
        ["swift", "build", "--package-path", tree, "--show-bin-path"], check=True, capture_output=True, text=True)
    programs = pathlib.Path(shown.stdout.strip())
    engines = programs / "stentor-engines"
    if not engines.exists():
        engines.symlink_to(ROOT / ".deps" / "engine")
    return programs


class Server:
    def __init__(self, programs, folder, **more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("STENTOR_")}
        environment |= {"STENTOR_DATA_DIR": str(folder), "STENTOR_LOG_FORMAT": "json", "QUEUE_MAX_WORKERS": "1"} | more
        self.process = subprocess.Popen(
            [programs / "stentor", "serve", "--port", "0"], env=environment, cwd=folder, stderr=subprocess.PIPE, text=True)
        self.url, self.said = None, ""
        for line in self.process.stderr:
            self.said += line
            if found := re.search(r"listening on (http\S+)", line):
                self.url = found.group(1)
                break
        stderr = self.process.stderr
        # Read on, or the server would wait for us.
        threading.Thread(target=lambda: [None for _ in stderr], daemon=True).start()

    def send(self, path):
        with open(path, "rb") as file:
            answer = requests.post(
                self.url + "/api/transcribe/async", files={"file": file}, data={"language": "en"}, timeout=60)
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    def text(self, job, seconds=240):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = requests.get(f"{self.url}/api/transcribe/async/status/{job}", timeout=60)
            assert state.status_code == 200, (job, state.text)
            body = state.json()
            if body["status"] == "completed":
                return body["result"]["full_text"]
            assert body["status"] not in ("failed", "cancelled"), body
            time.sleep(0.1)
        raise AssertionError(f"{job} does not end")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)


def clips(folder):
    for number in range(2 * JOBS):
        path = folder / f"{number}.wav"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-ss", str(number * 0.2), "-t", "5", "-i", str(ROOT / "Samples/welcome.ogg"), "-ac",
             "1", "-ar", "16000", str(path)], check=True)
        yield path


def schema(data):
    with sqlite3.connect(f"file:{data}/stentor.sqlite?mode=ro", uri=True) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def main():
    current = pathlib.Path(sys.argv[1]).resolve()
    wish = sys.argv[2] if len(sys.argv) > 2 else "HEAD~1"
    previous = pathlib.Path(wish).resolve() if pathlib.Path(wish, "stentor").exists() else built(wish)
    with tempfile.TemporaryDirectory(prefix="stentor-upgrade-") as work:
        data = pathlib.Path(work) / "data"
        data.mkdir()
        media = list(clips(pathlib.Path(work)))
        server = Server(previous, data)
        promised = [server.send(path) for path in media[:JOBS]]
        server.kill()
        before = schema(data)
        server = Server(current, data)
        assert server.url, server.said
        texts = {job: server.text(job) for job in promised}
        more = [server.send(path) for path in media[JOBS:]]
        server.kill()
        after = schema(data)
        print(f"upgraded: {len(texts)} jobs of the previous version ended; schema {before} to {after}")
        server = Server(previous, data)
        if server.url is None:
            assert server.process.wait(20) == 1 and "newer program" in server.said, server.said
            assert schema(data) == after
            print("the previous version refuses the way back:", server.said.strip())
            server = Server(current, data)
        back = {job: server.text(job) for job in more}
        for job, text in texts.items():
            assert server.text(job) == text
        server.kill()
        print(f"back: {len(back)} jobs of this version ended, {len(texts)} texts are still there")


main()
