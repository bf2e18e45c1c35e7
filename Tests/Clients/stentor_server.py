"""Starts `stentor serve` for clients of other makers."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "Samples" / "welcome.ogg"


def programs():
    given = os.environ.get("STENTOR_BIN_DIR")
    if given:
        return pathlib.Path(given)
    shown = subprocess.run(
        ["swift", "build", "--package-path", str(ROOT), "--show-bin-path"], check=True, capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip())


class Server:
    """One server on a free port with a data folder of its own; the log is read while it runs."""

    def __init__(self, folder=None, **settings):
        self.owns_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="stentor-"))
        self.settings = settings
        self.start()

    def start_again(self, port):
        """On the port that clients know."""
        self.start(port=port)

    def start(self, port=0, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
        environment |= {"STENTOR_DATA_DIR": str(self.folder), "STENTOR_LOG_FORMAT": "json"}
        environment |= self.settings | more
        self.log = []
        self.process = subprocess.Popen(
            [programs() / "stentor", "serve", "--port", str(port)], env=environment, cwd=self.folder,
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.url = None
        for line in self.process.stderr:
            self.log.append(line)
            found = re.search(r"listening on (http\S+)", line)
            if found:
                self.url = found.group(1)
                break
        assert self.url, "".join(self.log)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)

    @property
    def websocket(self):
        return self.url.replace("http", "ws", 1)

    def get(self, path, **arguments):
        return requests.get(self.url + path, timeout=60, **arguments)

    def post(self, path, **arguments):
        return requests.post(self.url + path, timeout=120, **arguments)

    def delete(self, path, **arguments):
        return requests.delete(self.url + path, timeout=60, **arguments)

    def transcribe(self, path="/transcribe-file", file=SAMPLE, **fields):
        with open(file, "rb") as opened:
            return self.post(path, files={"file": (pathlib.Path(file).name, opened)}, data=fields)

    def wait(self, job, states=("completed", "failed", "cancelled"), seconds=90, headers=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = self.get(f"/api/transcribe/async/status/{job}", headers=headers)
            assert answer.status_code == 200, answer.text
            if answer.json()["status"] in states:
                return answer.json()
            time.sleep(0.05)
        raise AssertionError(f"{job} is {answer.json()}")

    def rss(self):
        """Bytes of memory of the server's own process."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.reader.join(5)
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def clip(folder, name, seconds, start=0.0, repeats=0):
    """A piece of the sample, or the sample again and again, as a WAV file."""
    path = pathlib.Path(folder) / name
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-stream_loop", str(repeats), "-ss", str(start), "-t", str(seconds), "-i",
         str(SAMPLE), "-ac", "1", "-ar", "16000", str(path)], check=True)
    return path
