"""Stentor's server beside a FastAPI server over the same engine: start-up, idle memory, cache hits, and what short clips
wait while a two-hour file runs. compare.py PROGRAMS"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = sys.argv[1]
os.environ["STENTOR_BIN_DIR"] = PROGRAMS
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))
from stentor_server import SAMPLE, Server, clip  # noqa: E402

POST = """
local file = io.open("{file}", "rb")
local sound = file:read("*a")
wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=frontier"
wrk.body = '--frontier\\r\\nContent-Disposition: form-data; name="language"\\r\\n\\r\\nen\\r\\n' ..
    '--frontier\\r\\nContent-Disposition: form-data; name="file"; filename="a.ogg"\\r\\n\\r\\n' .. sound ..
    '\\r\\n--frontier--\\r\\n'
"""


def tree(pid):
    """The process and its children."""
    found = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            for child in file.read().split():
                found += tree(int(child))
    return found


def rss(pids):
    total = 0
    for pid in pids:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("VmRSS"):
                total += int(line.split()[1]) * 1024
    return total / 2**20


def cpu(pid):
    """Seconds of processor time."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Stentor:
    name = "Stentor"

    def __init__(self, folder):
        start = time.monotonic()
        self.server = Server(folder=folder)
        assert requests.get(self.server.url + "/health").ok
        self.startup = time.monotonic() - start
        self.url, self.pid = self.server.url, self.server.process.pid

    def close(self):
        self.server.close()


class FastAPI:
    name = "FastAPI"

    def __init__(self, folder):
        start = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--no-access-log", "--port", "0", "fastapi_server:app"],
            cwd=pathlib.Path(__file__).parent, env=os.environ | {"PROGRAMS": PROGRAMS, "STENTOR_DATA_DIR": folder},
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"running on (http\S+)", line):
                self.url = found.group(1)
                break
        stderr = self.process.stderr
        threading.Thread(target=lambda: [None for _ in stderr], daemon=True).start()
        assert requests.get(self.url + "/health").ok
        self.startup = time.monotonic() - start
        self.pid = self.process.pid

    def close(self):
        self.process.kill()
        self.process.wait()


def hits(server, script):
    """Requests a second, and milliseconds of the server's processor time for each."""
    before = cpu(server.pid)
    run = subprocess.run(
        ["wrk", "-t2", "-c32", "-d8s", "--latency", "-s", script, server.url + "/transcribe-file"], capture_output=True,
        text=True, check=True).stdout
    count = int(re.search(r"(\d+) requests in", run).group(1))
    assert "Non-2xx" not in run, run
    return float(re.search(r"Requests/sec:\s+([\d.]+)", run).group(1)), (cpu(server.pid) - before) / count * 1000


def short_beside_long(server, folder, long):
    """Seconds that 3-second clips take while the long file runs."""
    handle = open(long, "rb")
    runner = threading.Thread(
        target=lambda: ignore(lambda: requests.post(
            server.url + "/transcribe-file", files={"file": handle}, data={"language": "en"}, timeout=200)), daemon=True)
    runner.start()
    time.sleep(8)
    taken = []
    for number in range(12):
        file = clip(folder, f"{server.name}-{number}.wav", 3, number * 0.5)
        start = time.monotonic()
        with open(file, "rb") as opened:
            answer = requests.post(
                server.url + "/transcribe-file", files={"file": opened}, data={"language": "en"}, timeout=300)
        assert answer.ok, answer.text
        taken.append(time.monotonic() - start)
    return taken


def ignore(work):
    try:
        work()
    except requests.RequestException:
        pass


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = folder / "post.lua"
        script.write_text(POST.format(file=SAMPLE))
        long = folder / "long.ogg"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-stream_loop", "700", "-i", str(SAMPLE), "-t", "7200", "-c", "copy", str(long)],
            check=True)
        rows = {}
        for kind in (Stentor, FastAPI):
            (folder / kind.name).mkdir()
            server = kind(str(folder / kind.name))
            try:
                with open(SAMPLE, "rb") as opened:
                    requests.post(server.url + "/transcribe-file", files={"file": opened}, data={"language": "en"})
                time.sleep(1)
                idle, whole = rss([server.pid]), rss(tree(server.pid))
                rate, milliseconds = hits(server, script)
                taken = sorted(short_beside_long(server, folder, long))
                rows[kind.name] = [
                    server.startup, idle, whole, rate, milliseconds, statistics.median(taken), taken[-1]]
            finally:
                server.close()
        names = ["start to first answer, s", "idle memory, server, MiB", "idle memory, with its hosts, MiB",
                 "cache hits a second", "processor time a cache hit, ms", "3 s clip beside a 2 h file, median, s",
                 "the slowest of 12, s"]
        print(f"{'':40}{'Stentor':>10}{'FastAPI':>10}{'ratio':>8}")
        for name, ours, theirs in zip(names, rows["Stentor"], rows["FastAPI"]):
            print(f"{name:40}{ours:10.3f}{theirs:10.3f}{ours / theirs:8.2f}")


if __name__ == "__main__":
    main()
