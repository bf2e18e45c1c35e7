"""One command forgets a user: nothing of them is found in any file of the data folder."""

import os
import subprocess
import uuid

import requests

from stentor_server import Server, clip, programs
from test_keys import bearer, create


def forget(folder, owner):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
    return subprocess.run(
        [programs() / "stentor", "forget", owner], env=environment | {"STENTOR_DATA_DIR": str(folder)}, cwd="/",
        capture_output=True, text=True, timeout=60)


def holders(folder, needle):
    return [str(path) for path in folder.rglob("*") if path.is_file() and needle.encode() in path.read_bytes()]


def test_one_command_forgets_a_user(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    keys = {name: create(data, name) for name in ("leaving", "staying")}
    planted = {name: f"planted{uuid.uuid4().hex}" for name in keys}
    jobs = {}
    with Server(data, STENTOR_KEEP_MEDIA="7d", CACHE_TYPE="disk") as server:
        for name, key in keys.items():
            own = bearer(key)
            with open(clip(tmp_path, f"{name}.wav", 5 if name == "leaving" else 4), "rb") as file:
                made = server.post(
                    "/api/transcribe/async", files={"file": (planted[name] + ".wav", file)}, headers=own,
                    data={"language": "en", "prompt": planted[name], "history": "true"})
            assert made.status_code == 202, made.text
            jobs[name] = made.json()["job_id"]
            text = server.wait(jobs[name], headers=own)["result"]["full_text"]
            assert text
            changed = requests.put(
                f"{server.url}/ui/jobs/{jobs[name]}/segments/0", headers=own, timeout=20,
                json={"text": planted[name], "was": None, "version": 0})
            server.get("/ui/search", params={"q": planted[name]}, headers=own)
            opened = server.post(
                "/uploads", headers=own | {
                    "Tus-Resumable": "1.0.0", "Upload-Length": "500",
                    "Upload-Metadata": "filename " + __import__("base64").b64encode(planted[name].encode()).decode()})
            assert opened.status_code == 201, (opened.text, changed.status_code)
        running = forget(data, "key:whoever")
        assert running.returncode == 1 and "another Stentor" in running.stderr
        assert server.stop() == 0
    import sqlite3

    with sqlite3.connect(data / "stentor.sqlite") as database:
        owners = dict(database.execute("SELECT id, owner FROM jobs"))
        media = {row[0]: row[1] for row in database.execute(
            "SELECT jobs.owner, media_name FROM jobs JOIN executions ON execution = executions.id")}
    leaving = owners[jobs["leaving"]]
    assert leaving.startswith("key:") and holders(data, planted["leaving"])
    done = forget(data, leaving)
    assert done.returncode == 0 and "1 jobs" in done.stderr, done.stderr
    assert holders(data, planted["leaving"]) == []
    assert holders(data, jobs["leaving"]) == []
    assert not (data / "media" / media[leaving]).exists()
    assert holders(data, planted["staying"])
    with Server(data) as server:
        assert server.get("/jobs", headers=bearer(keys["leaving"])).status_code == 401
        kept = server.get(f"/job/{jobs['staying']}/result?format=txt", headers=bearer(keys["staying"]))
        assert kept.status_code == 200 and kept.text
    assert forget(data, "nonsense").returncode == 2
    assert forget(data, leaving).returncode == 0
