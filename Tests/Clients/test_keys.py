"""Keys that the server keeps: made and revoked on the command line, with the server running or not."""

import os
import sqlite3
import subprocess

import pytest
import requests

from stentor_server import SAMPLE, Server, programs


def keys(folder, *words, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
    environment |= {"STENTOR_DATA_DIR": str(folder)} | settings
    return subprocess.run(
        [programs() / "stentor", "keys", *words], env=environment, cwd=folder, capture_output=True, text=True, timeout=60)


def create(folder, *words, **settings):
    done = keys(folder, "create", *words, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def bearer(key):
    return {"Authorization": "Bearer " + key}


def test_keys_made_before_the_start(tmp_path):
    user = create(tmp_path, "a user", "--days", "30")
    admin = create(tmp_path, "the operator", "--admin")
    assert user != admin and len(user) == 34
    listed = keys(tmp_path, "list").stdout
    assert "a user" in listed and "admin" in listed
    assert user not in listed and admin not in listed
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert user.encode() not in content and admin.encode() not in content, path
    with Server(tmp_path) as server:
        assert server.get("/jobs").status_code == 401
        assert server.get("/health").status_code == 200
        assert server.get("/jobs", headers=bearer("stentor-" + "a" * 26)).status_code == 401
        assert server.get("/jobs", headers=bearer(user)).status_code == 200
        for path in ("/cache/stats", "/metrics", "/jobs/stats", "/keys"):
            assert server.get(path, headers=bearer(user)).status_code == 403, path
            assert server.get(path, headers=bearer(admin)).status_code == 200, path
        for path in ("/cache/clear", "/jobs/pause"):
            assert server.post(path, headers=bearer(user)).status_code == 403, path
        with open(SAMPLE, "rb") as file:
            answer = server.post("/transcribe-file", files={"file": file}, headers=bearer(user))
        assert answer.status_code == 200, answer.text
        for line in server.log:
            assert user not in line and admin not in line


def test_a_key_closes_a_running_server_and_its_end_does_not_open_it(tmp_path):
    with Server(tmp_path) as server:
        assert server.get("/jobs").status_code == 200
        admin = create(tmp_path, "operator", "--admin", "--server", server.url)
        assert server.get("/jobs").status_code == 401
        refused = keys(tmp_path, "list", "--server", server.url)
        assert refused.returncode == 1 and "key" in refused.stderr
        own = {"STENTOR_ADMIN_KEYS": admin}
        listed = keys(tmp_path, "list", "--server", server.url, **own)
        assert listed.returncode == 0, listed.stderr
        name = listed.stdout.split()[0]
        user = create(tmp_path, "short-lived", "--server", server.url, **own)
        assert server.get("/jobs", headers=bearer(user)).status_code == 200
        answer = server.get("/keys", headers=bearer(admin)).json()["keys"]
        assert [key["name"] for key in answer] == ["operator", "short-lived"]
        assert answer[1]["last_used"] is not None
        assert keys(tmp_path, "revoke", answer[1]["id"], "--server", server.url, **own).returncode == 0
        assert server.get("/jobs", headers=bearer(user)).status_code == 401
        assert keys(tmp_path, "revoke", name, "--server", server.url, **own).returncode == 0
        assert server.get("/jobs").status_code == 401
        assert server.stop() == 0
        server.start()
        assert server.get("/jobs").status_code == 200


def test_binding_wider_needs_a_key(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
    environment |= {"STENTOR_DATA_DIR": str(tmp_path)}
    command = [programs() / "stentor", "serve", "--host", "0.0.0.0", "--port", "0"]
    refused = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "stentor keys create" in refused.stderr
    create(tmp_path, "a user")
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert any("listening on" in line for line in process.stderr)
        finally:
            process.terminate()
            process.wait(30)


def test_what_a_key_may_ask_in_a_minute(tmp_path):
    slow = create(tmp_path, "slow", "--per-minute", "3")
    usual = create(tmp_path, "usual")
    with Server(tmp_path, STENTOR_KEY_LIMIT="5") as server:
        for key, limit in ((slow, 3), (usual, 5)):
            statuses = [server.get("/jobs", headers=bearer(key)).status_code for _ in range(limit + 1)]
            assert statuses == [200] * limit + [429]
        answer = server.get("/jobs", headers=bearer(slow))
        assert 1 <= int(answer.headers["Retry-After"]) <= 20
        assert answer.json()["error"]["code"] == "too_many_requests"
        openai = server.get("/v1/models", headers=bearer(usual))
        assert openai.status_code == 429
        assert openai.json()["error"]["type"]
        assert server.get("/health").status_code == 200


def test_what_an_address_may_ask_in_a_minute():
    with Server(STENTOR_ADDRESS_LIMIT="4") as server:
        assert [server.get("/health").status_code for _ in range(5)] == [200] * 4 + [429]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": "x" * 81}, {"name": 1}, {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["root"]}, {"name": "a", "scopes": "admin"}, {"name": "a", "days": 0},
        {"name": "a", "days": -1}, {"name": "a", "per_minute": 0}, {"name": "a", "per_minute": 1.5}, [],
    ],
)
def test_wishes_that_are_wrong(server_of_wishes, body):
    assert requests.post(server_of_wishes.url + "/keys", json=body, timeout=10).status_code == 400
    assert server_of_wishes.get("/keys").json() == {"keys": []}


@pytest.fixture(scope="module")
def server_of_wishes():
    with Server() as server:
        yield server


def test_a_key_that_is_not_there(server_of_wishes):
    assert server_of_wishes.delete("/keys/nothing").status_code == 404


def test_the_key_table_holds_digests(tmp_path):
    key = create(tmp_path, "a user")
    rows = sqlite3.connect(tmp_path / "stentor.sqlite").execute("SELECT id, body FROM api_keys").fetchall()
    assert len(rows) == 1 and len(rows[0][0]) == 12
    assert key not in rows[0][1] and key[8:] not in rows[0][1]


def test_what_administrators_did_is_written_down_without_a_secret(tmp_path):
    import json

    admin = create(tmp_path, "the operator", "--admin")
    user = create(tmp_path, "somebody")
    with Server(tmp_path) as server:
        own = bearer(admin)
        made = server.post("/keys", json={"name": "planted name"}, headers=own).json()
        assert server.post("/cache/clear", headers=own).status_code == 200
        assert server.post("/jobs/pause", headers=own).status_code == 200
        assert server.post("/jobs/resume", headers=own).status_code == 200
        assert server.post("/cache/clear", headers=bearer(user)).status_code == 403
        with open(SAMPLE, "rb") as file:
            job = server.post(
                "/api/transcribe/async", files={"file": ("planted file.ogg", file)}, headers=bearer(user)).json()["job_id"]
        server.wait(job, headers=bearer(user))
        assert server.delete(f"/job/{job}", headers=bearer(user)).status_code == 200
        assert server.delete("/keys/" + made["about"]["id"], headers=own).status_code == 200
        assert server.get("/jobs", headers=own).status_code == 200
    path = tmp_path / "audit.log"
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    entries = [json.loads(line) for line in text.splitlines()]
    assert [(entry["action"], entry["status"]) for entry in entries] == [
        ("keys create", 0), ("keys create", 0), ("POST /keys", 201), ("POST /cache/clear", 200), ("POST /jobs/pause", 200),
        ("POST /jobs/resume", 200), ("POST /cache/clear", 403), ("DELETE /job", 200), ("DELETE /keys", 200)]
    assert entries[0]["who"] == "command line" and entries[2]["who"] == "key:" + entries[0]["target"]
    assert entries[6]["who"] == "key:" + entries[1]["target"] and entries[7]["target"] == job
    for secret in (admin, user, made["key"], "planted name", "planted file"):
        assert secret not in text
