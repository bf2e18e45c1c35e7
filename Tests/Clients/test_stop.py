"""SIGTERM while everything is in use at once: the server ends with 0 in time, and what it promised is still there."""

import contextlib
import re
import socket
import time

import requests
from websockets.sync.client import connect

from stentor_server import Server, clip

JOBS, UPLOADS, SOCKETS = 20, 5, 50
TUS = {"Tus-Resumable": "1.0.0"}


def test_twenty_jobs_five_uploads_and_fifty_web_sockets(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    sound = [clip(tmp_path, f"{number}.wav", 5, start=number * 0.1).read_bytes() for number in range(JOBS)]
    with Server(data, STENTOR_DRAIN_SECONDS="10", QUEUE_RATE_LIMIT_PER_USER="20", QUEUE_MAX_WORKERS="5") as server:
        # Long enough that none is done when the signal comes.
        long = clip(tmp_path, "long.wav", 90, repeats=9).read_bytes()
        promised = []
        for number, content in enumerate(sound):
            content = long if number < 2 else content
            answer = server.post(
                "/api/transcribe/async", files={"file": (f"{number}.wav", content)},
                data={"language": "en", "prompt": str(number)})
            assert answer.status_code == 202, answer.text
            promised.append(answer.json()["job_id"])
        watchers = contextlib.ExitStack()
        for number in range(SOCKETS):
            watchers.enter_context(connect(server.websocket + f"/ws/progress/{promised[number % JOBS]}"))
        uploads = []
        for _ in range(UPLOADS):
            made = server.post("/uploads", headers=TUS | {"Upload-Length": "1000000"})
            assert made.status_code == 201, made.text
            identifier = made.headers["Location"].rsplit("/", 1)[1]
            # Whole pieces first, which are acknowledged; then one that never ends.
            sent = requests.patch(
                f"{server.url}/uploads/{identifier}", data=b"x" * 100_000, timeout=30,
                headers=TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
            assert sent.status_code == 204, sent.text
            host, port = re.search(r"//(.+):(\d+)", server.url).groups()
            line = socket.create_connection((host, int(port)))
            line.sendall(
                f"PATCH /uploads/{identifier} HTTP/1.1\r\nHost: {host}:{port}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 100000\r\n"
                f"Content-Type: application/offset+octet-stream\r\nContent-Length: 900000\r\n\r\n".encode() + b"y" * 50_000)
            uploads.append((identifier, line))
        begun = time.monotonic()
        code = server.stop(seconds=30)
        took = time.monotonic() - begun
        assert code == 0, "".join(server.log[-5:])
        assert took < 30, took
        watchers.close()
        for _, line in uploads:
            line.close()
        server.start()
        for identifier, _ in uploads:
            state = requests.head(f"{server.url}/uploads/{identifier}", headers=TUS, timeout=30)
            assert state.status_code == 200 and int(state.headers["Upload-Offset"]) >= 100_000
        states = {job["job_id"]: job["status"] for job in server.get("/jobs?limit=100").json()["jobs"]}
        assert all(states[job] in ("queued", "processing", "completed") for job in promised), states
        # The last of them waited throughout; the first two go on from their last part and would take minutes.
        for job in promised[-5:]:
            assert server.wait(job, seconds=300)["status"] == "completed"
