#!/usr/bin/env python3
"""Takes pictures of every view of the page, light, dark and on a phone, into docs/page.

    STENTOR_BIN_DIR=folder Scripts/page_pictures.py"""

import math
import pathlib
import random
import sqlite3
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Clients"))

from page_browser import DARK, LIGHT, Browser  # noqa: E402
from page_world import plant, talk  # noqa: E402
from stentor_server import SAMPLE, Server, clip  # noqa: E402

TARGET = ROOT / "docs/page"
LOOKS = {"light": ((1280, 860), LIGHT, False), "dark": ((1280, 860), DARK, False), "phone": ((390, 844), LIGHT, True)}
FIELDS = {"language": "en", "engine": "sphinx", "history": "true", "async": "true"}


def send(server, name, **fields):
    answer = server.post("/transcribe-file", data=FIELDS | fields, files={"file": (name, SAMPLE.read_bytes())})
    job = answer.json()["job_id"]
    server.wait(job)
    return job


def yesterday(server):
    """Figures of an hour like any other."""
    chance = random.Random(3)
    database = sqlite3.connect(server.folder / "stentor.sqlite")
    now = int(time.time()) // 60 * 60
    for minute in range(60):
        wave = math.sin(minute / 9) + 1
        figures = {
            "waiting_short": wave * 2 * chance.random(), "waiting_bulk": wave * 4, "running_short": wave, "running_bulk": 2,
            "wait_short": wave * 0.4 + chance.random() * 0.2, "wait_bulk": wave * 30, "run_short": 2 + chance.random(),
            "run_bulk": 60 + wave * 40, "speed": 5 + wave * 2 + chance.random(), "engine_slots": 2,
            "engine_slots_busy": min(2, wave * 1.2), "succeeded": round(wave * 3 * chance.random()), "failed": 0,
            "hit_rate": 0.3 + wave * 0.1 + chance.random() * 0.05, "disk_free_mb": 72_000 - minute * 11}
        for name, value in figures.items():
            database.execute("INSERT OR REPLACE INTO figures VALUES (60, ?, ?, ?, 1)", (now - (60 - minute) * 60, name, value))
    database.commit()
    database.close()


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        send(server, "Welcome.ogg")
        job = send(server, "Board meeting, spring.ogg")
        server.stop()
        plant(server, job, *talk(1200))
        yesterday(server)
        server.start()
        link = server.post(f"/ui/jobs/{job}/shares", json={"days": 7}).json()["shares"][0]["path"]
        running = clip(folder, "Interview with the architect.wav", 1200, repeats=200)
        with Browser() as browser:
            for look, (size, scheme, phone) in LOOKS.items():
                tab = browser.tab(server.url + "/", size=size, scheme=scheme, phone=phone)
                if look == "light":
                    server.transcribe(file=running, **FIELDS)
                tab.wait("document.querySelectorAll('.card').length >= 3")
                if look == "light":
                    tab.wait("document.querySelector('.card .so-far')?.textContent.length > 60", 60)
                shot = lambda name: tab.shot(TARGET / f"{name}-{look}.png")  # noqa: E731
                shot("start")
                tab.go(f"{server.url}/#/t/{job}")
                tab.wait("document.querySelectorAll('.seg').length > 50")
                shot("work")
                tab.click(".bar button", "Subtitles")
                tab.wait("document.querySelectorAll('.cues li').length > 5")
                shot("subtitles")
                tab.click("dialog button[aria-label=Close]")
                tab.go(server.url + "/#/library")
                tab.wait("document.querySelectorAll('.card').length >= 2")
                tab.fill("input[aria-label='Search all texts']", "archive")
                tab.wait("document.querySelectorAll('mark').length > 0")
                shot("library")
                tab.fill("input[aria-label='Search all texts']", "")
                tab.go(server.url + "/#/care")
                tab.wait("document.querySelectorAll('.plot').length === 9 && !!document.querySelector('tbody tr')")
                shot("care")
                tab.go(server.url + link)
                tab.wait("document.querySelectorAll('.seg').length > 50")
                shot("shared")


main()
