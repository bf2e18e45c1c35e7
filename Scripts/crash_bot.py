"""Kills the server at every fault point of the bot's conversation: crash_bot.py PROGRAMS KILLS SEED

One simulated Telegram and one data folder from the first kill to the last. In every round somebody new sends voice
notes, the server dies at a named step, and the next round starts it again. At the end every file that was sent has
exactly one answer with the right text, no result came twice, and the queue holds nothing. Needs a debug build, which
alone has fault points.
"""

import collections
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

os.environ["STENTOR_BIN_DIR"] = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "Clients"))
from telegram_world import World, button  # noqa: E402

STEPS = [
    "telegram received", "telegram settled", "telegram submitted", "telegram status sent", "telegram status kept",
    "telegram answered", "telegram answer kept", "telegram files begun", "telegram files sent", "telegram files kept",
    "telegram message sent", "submit.begin", "submit.committed", "claimed", "source opened", "recognised",
    "settle.begin", "settle.committed", "before finish", "finish.begin", "finish.committed", "after finish",
]
# Between these two what was sent cannot be known: a message that only shows progress may stand there a second time, and
# files that may have arrived are not sent again.
LONGEST_WAIT = 240


class Crashes:
    def __init__(self, programs, seed):
        self.programs = pathlib.Path(programs)
        self.chance = random.Random(seed)
        self.root = pathlib.Path(__file__).resolve().parent.parent
        self.work = tempfile.TemporaryDirectory(prefix="stentor-crash-")
        self.folder = pathlib.Path(self.work.name) / "data"
        self.world = World()
        self.clips = self.make_clips()
        self.sent = []
        self.kills = 0
        self.at_step = 0
        self.people = 0
        self.process = None

    def make_clips(self):
        clips = []
        for number in range(6):
            path = pathlib.Path(self.work.name) / f"{number}.wav"
            subprocess.run(
                ["ffmpeg", "-v", "error", "-ss", str(number * 1.3), "-t", str(2.5 + number % 3), "-i",
                 str(self.root / "Samples/welcome.ogg"), "-ac", "1", "-ar", "16000", "-fflags", "+bitexact", "-flags:a",
                 "+bitexact", str(path)], check=True)
            text = subprocess.run(
                [self.programs / "stentor", "transcribe", "--quiet", "--language", "en", "--engine", "sphinx", path],
                env=self.environment(), capture_output=True, text=True, check=True).stdout
            clips.append((path.read_bytes(), " ".join(text.split())))
        return clips

    def unique(self, clip):
        size = int.from_bytes(clip[4:8], "little") + 24
        return b"RIFF" + size.to_bytes(4, "little") + clip[8:] + b"junk" + (16).to_bytes(4, "little") + self.chance.randbytes(16)

    def environment(self, **more):
        own = {k: v for k, v in os.environ.items() if not k.startswith("STENTOR_")}
        return own | self.world.settings | {
            "STENTOR_DATA_DIR": str(self.folder), "STENTOR_LOG_FORMAT": "json", "TRANSCRIPTION_PROVIDER": "sphinx"} | more

    def start(self, fault=None):
        environment = self.environment(**({"STENTOR_FAULT": fault} if fault else {}))
        self.process = subprocess.Popen(
            [self.programs / "stentor", "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if re.search(r"listening on http", line):
                break
        stderr = self.process.stderr
        threading.Thread(target=lambda: [None for _ in stderr], daemon=True).start()

    def round(self, step, count):
        self.start(f"kill:{step}:{count}")
        self.people += 1
        person = self.world.person(1000 + self.people)
        for _ in range(2):
            clip, text = self.chance.choice(self.clips)
            path = pathlib.Path(self.work.name) / "send.wav"
            # Now and then a file that is known, so that the cache answers.
            known = self.sent and self.chance.random() < 0.25
            unique = self.chance.choice(self.sent)[3] if known else f"n{self.chance.getrandbits(60)}"
            if known:
                old = next(entry for entry in self.sent if entry[3] == unique)
                body, text = old[4], old[2]
            else:
                body = self.unique(clip)
            path.write_bytes(body)
            message = person.send(path, unique=unique)
            self.sent.append((person, message["message_id"], text, unique, body))
        try:
            self.process.wait(self.chance.uniform(6, 12))
            self.at_step += 1
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.wait()
        self.kills += 1

    def answers(self, person, message):
        """The bot's messages that hold the result of one file."""
        return [
            one["text"] for one in person.seen()
            if one.get("reply_to_message", {}).get("message_id") == message and one.get("text", "")[:1] in "✅⚡"
            and "\n\n" in one["text"]]

    def verdict(self):
        faults = []
        self.start()
        end = time.monotonic() + LONGEST_WAIT + len(self.sent)
        for person, message, text, _, _ in self.sent:
            while not (found := self.answers(person, message)) and time.monotonic() < end:
                time.sleep(0.05)
            if len(found) != 1:
                shown = [one.get("text") or "file" for one in person.seen()]
                faults.append(f"{person.number}/{message}: {len(found)} answers: {shown}")
            elif text and text not in " ".join(found[0].split()):
                faults.append(f"{person.number}/{message}: “{found[0]}” instead of “{text}”")
        time.sleep(3)
        lost = 0
        for person, message, _, _, _ in self.sent:
            if len(self.answers(person, message)) != 1:
                faults.append(f"{person.number}/{message}: changed at the end")
            ids = [m["message_id"] for m in person.seen() if m.get("reply_to_message", {}).get("message_id") == message]
            names = collections.Counter(
                m["document"]["file_name"] for m in person.seen()
                if "document" in m and m.get("reply_to_message", {}).get("message_id") in ids)
            if any(count > 1 for count in names.values()):
                faults.append(f"{person.number}/{message}: files twice: {names}")
            lost += not names
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            faults.append("the last stop was not clean")
        with sqlite3.connect(self.folder / "stentor.sqlite") as database:
            for table, condition in [("telegram_requests", "is_open = 1"), ("telegram_updates", "is_pending = 1"),
                                     ("telegram_outbox", "1")]:
                if count := database.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()[0]:
                    faults.append(f"{count} rows are left in {table}")
        return faults, lost


def main(programs, kills, seed):
    crashes = Crashes(programs, seed)
    try:
        number = 0
        while crashes.kills < kills:
            crashes.round(STEPS[number % len(STEPS)], 1 + number // len(STEPS) % 2)
            number += 1
        faults, lost = crashes.verdict()
    finally:
        crashes.world.close()
        if crashes.process.poll() is None:
            crashes.process.kill()
    for fault in faults:
        print(fault)
    print(
        f"{crashes.kills} kills, {crashes.at_step} of them at the step, seed {seed}: {len(crashes.sent)} files sent, {len(faults)} faults, "
        f"{lost} answers whose files were not sent again")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
