"""A simulated Telegram and the people in it."""

import hashlib
import json
import re
import signal
import subprocess
import time

import requests

from stentor_server import programs

TOKEN = "4242:simulated-token-of-a-bot"


class World:
    """The simulator on a free port."""

    def __init__(self, *options):
        self.process = subprocess.Popen([programs() / "fake-telegram", "--token", TOKEN, *options], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http\S+", self.process.stdout.readline()).group(0)

    def protocol(self, folder):
        """Settings of a server that reads from these data centres."""
        centres = self.data_centres()
        keys = folder / "keys.pem"
        keys.write_text(centres["pem"])
        addresses = ",".join(f"{number}=127.0.0.1:{port}" for number, port in centres["ports"].items())
        return {
            "TELEGRAM_API_ID": "12345", "TELEGRAM_API_HASH": "0123456789abcdef0123456789abcdef",
            "STENTOR_TELEGRAM_DCS": addresses, "STENTOR_TELEGRAM_RSA_KEYS": str(keys)}

    @property
    def settings(self):
        return {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": self.url}

    def control(self, path, **value):
        answer = requests.post(f"{self.url}/control/{path}", json=value, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self):
        return requests.get(f"{self.url}/control/state", timeout=30).json()

    def chat(self, chat):
        return requests.get(f"{self.url}/control/chats/{chat}", timeout=30).json()

    def data_centres(self):
        """Ports by number, and the keys to trust."""
        return requests.get(f"{self.url}/control/dcs", timeout=30).json()

    def counts(self):
        return requests.get(f"{self.url}/control/dcs/counts", timeout=30).json()

    def file(self, size, seed=1, dc=4, **more):
        """A file of noise in the data centres."""
        return self.control("dcs/file", size=size, seed=seed, dc=dc, **more)

    def calls(self, method):
        return [call for call in self.state()["calls"] if call["method"] == method]

    def person(self, number, language="en", **more):
        return Person(self, number, language, **more)

    def close(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Person:
    """Somebody in Telegram, in private or, with `group`, in a group."""

    def __init__(self, world, number, language="en", group=None, thread=None):
        self.world, self.number = world, number
        self.sender = {"id": number, "is_bot": False, "first_name": f"Person {number}", "language_code": language}
        self.group, self.thread = group, thread

    @property
    def chat(self):
        if self.group:
            return {"id": self.group, "type": "supergroup", "title": "A group"}
        return {"id": self.number, "type": "private", "first_name": f"Person {self.number}"}

    def message(self, **more):
        message = {"from": self.sender, "chat": self.chat} | more
        if self.thread:
            message |= {"message_thread_id": self.thread, "is_topic_message": True}
        return message

    def _post(self, message, files=None, **fields):
        answer = requests.post(
            f"{self.world.url}/control/message", data={"message": json.dumps(message)} | fields,
            files=files or {"none": ("", b"")}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["message"]

    def say(self, text, **more):
        entities = []
        if text.startswith("/"):
            entities.append({"type": "bot_command", "offset": 0, "length": len(text.split()[0])})
        entities += [
            {"type": "mention", "offset": found.start(), "length": found.end() - found.start()}
            for found in re.finditer(r"@\w+", text) if not text.startswith("/")]
        return self._post(self.message(text=text, entities=entities, **more))

    def send(self, path, kind="voice", unique=None, size=None, mime=None, duration=10, **more):
        with open(path, "rb") as file:
            content = file.read()
        fields = {"kind": kind, "duration": str(duration)}
        fields |= {"unique": unique} if unique else {}
        fields |= {"size": str(size)} if size else {}
        fields |= {"mime": mime} if mime else {}
        return self._post(self.message(**more), {"file": (str(path).rsplit("/")[-1], content)}, **fields)

    def send_local(self, path, kind="document", filler=0, tail=None, **fields):
        """A file the simulator reads by itself, with so many bytes of noise and another file after it."""
        fields |= {"kind": kind, "path": str(path), "name": str(path).rsplit("/")[-1], "filler": str(filler)}
        files = {"tail": ("tail", tail.read_bytes())} if tail else None
        return self._post(self.message(), files, **fields)

    def press(self, message, data):
        return self.world.control("press", **{
            "from": self.sender, "chat": self.chat["id"], "message": message["message_id"], "data": data})["id"]

    def seen(self):
        """What the bot wrote here, oldest first."""
        return [message for message in self.world.chat(self.chat["id"]) if message["from_bot"]]

    def wait(self, test, seconds=60):
        """The first of the bot's messages that passes the test."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self.seen():
                if test(message):
                    return message
            time.sleep(0.05)
        raise AssertionError(json.dumps([m.get("text") or m.get("document") for m in self.seen()], indent=1))

    def wait_text(self, part, seconds=60):
        return self.wait(lambda message: part in message.get("text", ""), seconds)

    def wait_document(self, name, seconds=60):
        return self.wait(lambda message: message.get("document", {}).get("file_name") == name, seconds)

    def content(self, message):
        return requests.get(
            f"{self.world.url}/control/documents/{self.chat['id']}/{message['message_id']}", timeout=30).content.decode()


def button(message, start):
    """The data of a button."""
    for row in message["reply_markup"]["inline_keyboard"]:
        for one in row:
            if one.get("callback_data", "").startswith(start):
                return one["callback_data"]
    raise AssertionError(message)


def noise(seed, size):
    """What a file of noise holds: the key stream of AES-256-CTR under a key made of the seed."""
    key = bytes((seed >> 8 * (n % 8) & 255) ^ n for n in range(32))
    run = subprocess.run(
        ["openssl", "enc", "-aes-256-ctr", "-K", key.hex(), "-iv", "00" * 16, "-nopad"], input=bytes(size), capture_output=True,
        check=True)
    return run.stdout


def noise_hash(seed, size):
    return hashlib.sha256(noise(seed, size)).hexdigest()


def computed(seed, start, end):
    """The bytes of the simulator's files with a seed (SplitMix64)."""
    mask = (1 << 64) - 1
    out = bytearray()
    for word in range(start // 8, (end + 7) // 8):
        z = (seed + word) * 0x9E3779B97F4A7C15 & mask
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        out += (z ^ (z >> 31)).to_bytes(8, "little")
    return bytes(out[start % 8:start % 8 + end - start])
