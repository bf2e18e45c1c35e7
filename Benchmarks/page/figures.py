#!/usr/bin/env python3
"""Figures of the page in Debian's Chromium: what is transferred, when something is seen and can be used on a slow line,
an hour of text while it scrolls and is searched, and the memory of a tab over a long job.

    Benchmarks/page/figures.py FOLDER_WITH_PROGRAMS [--long SECONDS_OF_AUDIO [--service]]

With --service the long job goes to a simulated service that hears at 40 times real time, one request at a time."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Clients"))
os.environ["STENTOR_BIN_DIR"] = str(pathlib.Path(sys.argv[1]).resolve())

from page_browser import Browser, wait_for  # noqa: E402
from page_world import plant, talk  # noqa: E402
from stentor_server import SAMPLE, Server, clip  # noqa: E402

FIELDS = {"language": "en", "engine": "sphinx", "history": "true", "async": "true"}
# What browsers' own tools call a slow mobile line.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}


def loading(server, path, slow):
    with Browser() as browser:
        tab = browser.tab()
        tab.call("Network.setCacheDisabled", cacheDisabled=True)
        if slow:
            tab.call("Network.emulateNetworkConditions", **SLOW)
            tab.call("Emulation.setCPUThrottlingRate", rate=4)
        tab.go(server.url + path)
        tab.wait("!!document.querySelector('.drop, .seg')")
        usable = tab.run("performance.now()")
        return tab.run("""(() => {
            const all = performance.getEntriesByType('resource');
            const page = performance.getEntriesByType('navigation')[0];
            return { requests: all.length + 1, bytes: all.reduce((sum, one) => sum + one.transferSize, page.transferSize),
                paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime };
        })()""") | {"usable": usable}


def hour(server, job):
    with Browser() as browser:
        tab = browser.tab()
        begun = time.monotonic()
        tab.go(f"{server.url}/#/t/{job}")
        tab.wait("document.querySelectorAll('.w').length === 10000")
        opened = time.monotonic() - begun
        frames = tab.run("""new Promise((done) => {
            const gaps = [];
            let before = performance.now();
            let left = 240;
            const step = () => {
                const now = performance.now();
                gaps.push(now - before);
                before = now;
                scrollBy(0, 400);
                left -= 1;
                left > 0 ? requestAnimationFrame(step) : done(gaps.slice(2));
            };
            requestAnimationFrame(step);
        })""")
        searched = tab.run("""new Promise((done) => {
            const input = document.querySelector('.find input');
            const count = document.querySelector('.find [role=status]');
            const begun = performance.now();
            new MutationObserver((_, observer) => { observer.disconnect(); requestAnimationFrame(() => done(performance.now() - begun)); })
                .observe(count, { childList: true, characterData: true, subtree: true });
            input.value = 'archive';
            input.dispatchEvent(new Event('input'));
        })""")
        followed = tab.run("""(() => { const begun = performance.now(); const row = document.querySelectorAll('.w');
            for (let i = 0; i < 200; i += 1) row[i * 40].getBoundingClientRect(); return performance.now() - begun; })()""")
        frames.sort()
        return {"opened_s": round(opened, 2), "frame_median_ms": round(statistics.median(frames), 1),
                "frame_p95_ms": round(frames[int(len(frames) * 0.95)], 1), "frame_worst_ms": round(frames[-1], 1),
                "frames_over_50_ms": sum(one > 50 for one in frames), "search_ms": round(searched - 120, 1),
                "layout_200_ms": round(followed, 1)}


def service():
    """The simulated service and the settings that lead to it."""
    process = subprocess.Popen([pathlib.Path(sys.argv[1]) / "fake-providers"], stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{process.stdout.readline().split()[-1]}"
    urllib.request.urlopen(urllib.request.Request(
        f"{url}/control/openai/behaviour?roundTrip=0.08&speed=40", b"", method="POST")).read()
    return process, {"OPENAI_API_KEY": "secret-key-0123456789", "OPENAI_BASE_URL": f"{url}/openai/v1",
                     "STENTOR_PROVIDER_CONCURRENCY": "1"}


def memory(server, seconds, folder, engine="sphinx"):
    """The tab's heap after its garbage is collected, while a job of so many seconds runs."""
    with Browser() as browser:
        tab = browser.tab(server.url + "/")
        tab.call("HeapProfiler.enable")
        long = clip(folder, "long.wav", seconds, repeats=int(seconds / 10) + 1)
        answer = server.transcribe(file=long, **FIELDS | {"engine": engine})
        job = answer.json()["job_id"]
        heaps = []
        while True:
            tab.call("HeapProfiler.collectGarbage")
            usage = tab.call("Runtime.getHeapUsage")["usedSize"]
            nodes = tab.call("Memory.getDOMCounters")["nodes"]
            heaps.append((round(usage / 1e6, 2), nodes))
            if server.get(f"/api/transcribe/async/status/{job}").json()["status"] in ("completed", "failed"):
                break
            time.sleep(5)
        return {"audio_s": seconds, "heap_mb_first_quarter": max(h for h, _ in heaps[:max(1, len(heaps) // 4)]),
                "heap_mb_last_quarter": max(h for h, _ in heaps[-max(1, len(heaps) // 4):]),
                "nodes_first": heaps[0][1], "nodes_last": heaps[-1][1], "readings": len(heaps)}


def main():
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        for name, slow in [("fast line", False), ("slow line, processor a quarter", True)]:
            print(name, json.dumps(loading(server, "/", slow)))
        answer = server.transcribe(file=SAMPLE, **FIELDS)
        job = answer.json()["job_id"]
        server.wait(job)
        server.stop()
        plant(server, job, *talk(10_000))
        server.start()
        print("10,000 words", json.dumps(hour(server, job)))
        if "--long" in sys.argv:
            seconds = float(sys.argv[sys.argv.index("--long") + 1])
            if "--service" not in sys.argv:
                print("memory", json.dumps(memory(server, seconds, folder)))
                return
            process, settings = service()
            server.stop()
            server.start(**settings)
            print("memory", json.dumps(memory(server, seconds, folder, "openai")))
            process.terminate()


main()
