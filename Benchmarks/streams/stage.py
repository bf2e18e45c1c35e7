"""A server with published files of any size behind a simulated Telegram, and readers of every speed."""

import json
import pathlib
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Clients"))

import requests  # noqa: E402
from stentor_server import Server  # noqa: E402
from telegram_world import World, computed  # noqa: E402

PUBLIC = "https://files.example"


class Stage:
    def __init__(self, delay=0, data_centres=False, **settings):
        """With data centres they are as far away as `delay` says, in milliseconds, and give 200 Mbit/s a connection."""
        self.world = World("--files", "local", "--delay", str(delay))
        if data_centres:
            self.folder = tempfile.TemporaryDirectory()
            settings |= self.world.protocol(pathlib.Path(self.folder.name))
            self.world.control("dcs/shape", round_trip=delay / 1000, rate=25e6)
        self.server = Server(**(self.world.settings | {
            "STENTOR_PUBLIC_URL": PUBLIC, "TRANSCRIPTION_PROVIDER": "sphinx", "STENTOR_LOG_LEVEL": "warning",
            "STENTOR_ADDRESS_CONNECTIONS": "0", "STENTOR_LINK_CONNECTIONS": "0",
            # One address opens more connections here than anybody should.
            "STENTOR_TRUSTED_PROXIES": "127.0.0.1"} | settings))
        self.people = 1000

    def publish(self, seed, size):
        """The address of a file that nobody has read yet."""
        self.people += 1
        person = self.world.person(self.people)
        message = person.message()
        answer = requests.post(f"{self.world.url}/control/message", data={
            "message": json.dumps(message), "kind": "document", "seed": seed, "size": size,
            "mime": "application/x-noise", "unique": f"file-{seed}-{size}"}, files={"none": ("", b"")}, timeout=60)
        assert answer.status_code == 200, answer.text
        shown = person.wait(lambda m: "/stream/" in m.get("text", ""))
        return re.search(rf"{PUBLIC}(/stream/\S+)", shown["text"])[1]

    def figure(self, name):
        found = re.search(rf"^{name} (\S+)$", self.server.get("/metrics").text, re.M)
        return float(found[1]) if found else 0.0

    def settle(self):
        end = time.monotonic() + 20
        while self.figure("stentor_stream_viewers") and time.monotonic() < end:
            time.sleep(0.05)

    def close(self):
        self.server.close()
        self.world.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
