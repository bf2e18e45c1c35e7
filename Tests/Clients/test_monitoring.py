"""A real Prometheus reads a server: the alert rules fire on faults, and every query of the dashboard has an answer."""

import json
import re
import sqlite3
import subprocess
import time

import pytest
import requests

from conftest import free_port, tool, wait_for_port
from stentor_server import ROOT, Server, clip

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "stentor.json"
ADMIN = "the-monitor-shows-this-key"


def test_the_rules_are_rules_and_do_what_they_say():
    for command in (["check", "rules", RULES], ["test", "rules", RULES.parent / "alerts_test.yml"]):
        done = subprocess.run([tool("promtool"), *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(
        [tool("promtool"), "check", "config", "--syntax-only", RULES.parent / "prometheus.yml"], capture_output=True,
        text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def hurried():
    """The rules with seconds in place of minutes; what they look at and compare stays."""
    text = re.sub(r"\n +for: \S+", "\n        for: 1s", RULES.read_text())
    return re.sub(r"\[(?:10m|15m|1h)\]", "[30s]", text)


class Prometheus:
    def __init__(self, folder, server):
        self.port = free_port()
        (folder / "alerts.yml").write_text(hurried())
        (folder / "key").write_text(ADMIN)
        (folder / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [alerts.yml]
scrape_configs:
  - job_name: stentor
    authorization: {{credentials_file: key}}
    static_configs: [{{targets: ["{server.url.split('//')[1]}"]}}]
""")
        self.process = subprocess.Popen(
            [tool("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
             f"--web.listen-address=127.0.0.1:{self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)

    def ask(self, path, **parameters):
        answer = requests.get(f"http://127.0.0.1:{self.port}/api/v1/{path}", params=parameters, timeout=30)
        body = answer.json()
        assert body["status"] == "success", (parameters, body)
        return body["data"]

    def firing(self):
        return {alert["labels"]["alertname"] for alert in self.ask("alerts")["alerts"] if alert["state"] == "firing"}

    def wait_for(self, name, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if name in self.firing():
                return
            time.sleep(0.5)
        raise AssertionError(f"{name} does not fire; {self.firing()} do")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk") / "data"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.fail("no tmpfs can be mounted: run as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def watched(tmp_path_factory, small_disk):
    with Server(small_disk, STENTOR_ADMIN_KEYS=ADMIN, QUEUE_MAX_RETRIES="0") as server:
        prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), server)
        yield server, prometheus
        prometheus.stop()


AUTH = {"Authorization": f"Bearer {ADMIN}"}


def send(server, content, name="a.wav", **fields):
    return server.post(
        "/api/transcribe/async", files={"file": (name, content)}, data={"language": "en"} | fields, headers=AUTH)


def test_alerts_fire_on_faults(watched, tmp_path):
    server, prometheus = watched
    sound = clip(tmp_path, "a.wav", 3).read_bytes()
    job = send(server, sound).json()["job_id"]
    server.wait(job, headers=AUTH)
    end = time.monotonic() + 30
    while not prometheus.ask("query", query="stentor_build_info")["result"]:
        assert time.monotonic() < end, "nothing is scraped"
        time.sleep(0.2)
    assert "StentorDown" not in prometheus.firing()

    # Files that are no media.
    for number in range(8):
        with_noise = b"this is no medium " * 50 + str(number).encode()
        send(server, with_noise, f"{number}.wav")
    prometheus.wait_for("StentorJobsFail")

    # A lease that somebody else takes while the work goes on.
    long = clip(tmp_path, "long.wav", 60, repeats=8).read_bytes()
    job = send(server, long).json()["job_id"]
    taken = 0
    while not taken:
        with sqlite3.connect(server.folder / "stentor.sqlite", timeout=10) as database:
            taken = database.execute("UPDATE executions SET attempt = attempt + 1 WHERE state = 'running'").rowcount
    prometheus.wait_for("StentorLeasesLost")

    # More jobs than fifty wait; each asks the cache for what it never saw.
    assert server.post("/jobs/pause", headers=AUTH).status_code == 200
    for number in range(55):
        answer = send(server, sound, prompt=f"wait {number}")
        assert answer.status_code == 202, answer.text
    prometheus.wait_for("StentorQueueLong")
    prometheus.wait_for("StentorQueuePaused")
    prometheus.wait_for("StentorHitRateLow")

    # The disk fills.
    assert not {"StentorDiskLow"} & prometheus.firing()
    ballast = server.folder / "ballast"
    with open(ballast, "wb") as file:
        for _ in range(780):
            file.write(b"\0" * 1_000_000)
    prometheus.wait_for("StentorDiskLow")
    prometheus.wait_for("StentorDiskFull")
    ballast.unlink()

    # The dashboard, while there is something to show.
    check_dashboard(prometheus)

    server.kill()
    prometheus.wait_for("StentorDown")


# What has nothing to show on a server without links, streams and callbacks.
MAY_BE_EMPTY = re.compile(r"stentor_stream_|stentor_lease_losses|stentor_job_wait|stentor_job_run")


def check_dashboard(prometheus):
    dashboard = json.loads(DASHBOARD.read_text())
    asked = 0
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"].replace("$__rate_interval", "30s").replace("$instance", ".*")
            found = prometheus.ask("query", query=query)["result"]
            asked += 1
            assert found or MAY_BE_EMPTY.search(query), (panel["title"], query)
    assert asked > 30
    # No two panels share a place.
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in dashboard["panels"]]
    assert len(places) == len(set(places))
