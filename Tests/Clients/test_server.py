"""The server's own routes as programs use them: requests, websockets, curl."""

import asyncio
import concurrent.futures
import json
import os
import socket
import subprocess
import threading
import time

import pytest
import requests
import websockets

from stentor_server import SAMPLE, Server, clip, programs


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


# --- The main job


def test_upload_answer_and_the_second_time_from_the_cache(server):
    first = server.transcribe(language="en").json()
    assert first["cached"] is False
    assert first["full_text"].startswith("this is the first sentence")
    assert first["formatted_text"].startswith("[00:00] this is the first sentence\n[00:02] ")
    assert first["language"] == "en" and abs(first["duration"] - 10.555) < 0.1
    assert first["job_id"] == first["task_id"] and first["engine"] == "sphinx"
    assert [s["id"] for s in first["segments"]] == list(range(len(first["segments"])))
    second = server.transcribe(language="en", words="true").json()
    assert second["cached"] is True and second["full_text"] == first["full_text"]
    assert second["segments"][0]["words"][0]["word"] == "this"


def test_the_format_is_no_part_of_the_key(server):
    server.transcribe(language="en")
    answer = server.transcribe(language="en", format="srt")
    assert answer.headers["Content-Type"].startswith("application/x-subrip")
    assert answer.text.startswith("1\n00:00:00,")
    before = server.get("/cache/stats").json()["cached_files"]
    server.transcribe(language="en", format="vtt")
    assert server.get("/cache/stats").json()["cached_files"] == before


def test_curl_with_fields_after_the_file_and_with_a_raw_body(server):
    form = subprocess.run(
        ["curl", "-sS", "-F", f"file=@{SAMPLE}", "-F", "language=en", server.url + "/api/transcribe"],
        capture_output=True, text=True, check=True)
    raw = subprocess.run(
        ["curl", "-sS", "-H", "Content-Type: audio/ogg", "--data-binary", f"@{SAMPLE}",
         server.url + "/api/transcribe?language=en"], capture_output=True, text=True, check=True)
    assert json.loads(form.stdout)["full_text"] == json.loads(raw.stdout)["full_text"] != ""


def test_one_voice_is_one_speaker(server):
    answer = server.transcribe("/transcribe-file-diarize", language="en").json()
    assert answer["formatted_text"].startswith("[00:00] SPEAKER_00: ")
    assert "SPEAKER_01" not in answer["formatted_text"]
    assert not any("speaker" in warning.lower() for warning in answer["warnings"]), answer["warnings"]


def test_each_channel_is_a_speaker_where_they_take_turns(server, tmp_path):
    talk = tmp_path / "talk.wav"
    graph = "[0:a]apad=whole_dur=22[l];[1:a]adelay=11000|11000[r];[l][r]join=inputs=2:channel_layout=stereo"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", SAMPLE, "-i", SAMPLE, "-filter_complex", graph, talk], check=True)
    lines = server.transcribe("/transcribe-file-diarize", talk, language="en").json()["formatted_text"].split("\n\n")
    assert [line.split("] ")[1].split(":")[0] for line in lines] == ["SPEAKER_00", "SPEAKER_01"], lines


def test_unknown_fields_are_named(server):
    answer = server.transcribe(language="en", langauge="de").json()
    assert any("langauge" in warning for warning in answer["warnings"])


# --- Promises


def test_async_by_route_and_by_preference(server, tmp_path):
    file = clip(tmp_path, "a.wav", 6, 1)
    promise = server.transcribe("/api/transcribe/async", file, language="en")
    assert promise.status_code == 202 and promise.headers["Location"] == f"/job/{promise.json()['job_id']}"
    job = promise.json()["job_id"]
    state = server.wait(job)
    assert set(state) == {"task_id", "status", "progress", "result", "error"}
    assert state["status"] == "completed" and state["progress"] == 100.0 and state["error"] is None
    assert state["result"]["full_text"]
    with open(file, "rb") as opened:
        other = server.post(
            "/transcribe-file", files={"file": opened}, data={"language": "en"}, headers={"Prefer": "respond-async"})
    assert other.status_code == 202 and other.headers["Preference-Applied"] == "respond-async"
    assert other.json()["cached"] is True and other.json()["status"] == "completed"
    text = server.get(f"/api/transcribe/async/{job}/result?format=txt")
    assert text.headers["Content-Type"].startswith("text/plain") and "[00:00]" in text.text
    progress = server.get(f"/job/{job}").json()
    assert progress["stage"] == "completed" and progress["progress"] == 100.0


def test_a_second_upload_during_the_first_joins_it(server, tmp_path):
    file = clip(tmp_path, "join.wav", 30, repeats=3)
    first = server.transcribe("/api/transcribe/async", file, language="en").json()["job_id"]
    second = server.transcribe("/api/transcribe/async", file, language="en").json()["job_id"]
    assert first != second
    one, two = server.wait(first), server.wait(second)
    assert one["result"]["full_text"] == two["result"]["full_text"]
    started = [json.loads(line) for line in server.log if '"worker processing"' in line]
    runs = [entry for entry in started if first in entry["jobs"] or second in entry["jobs"]]
    assert len(runs) == 1, runs


def test_a_batch_has_an_id_and_progress_of_its_own(server, tmp_path):
    files = [clip(tmp_path, f"{n}.wav", 3, n) for n in range(3)]
    handles = [("file", (f.name, open(f, "rb"))) for f in files]
    answer = server.post("/api/transcribe/async", files=handles, data={"language": "en"})
    assert answer.status_code == 202 and len(answer.json()["jobs"]) == 3
    batch = answer.json()["batch_id"]
    for job in answer.json()["jobs"]:
        server.wait(job["job_id"])
    state = server.get(f"/job/{batch}").json()
    assert state["progress"] == 100.0 and state["stage"] == "completed" and len(state["jobs"]) == 3
    handles = [("file", (f.name, open(f, "rb"))) for f in files]
    results = server.post("/transcribe-file", files=handles, data={"language": "en"}).json()["results"]
    assert [r["name"] for r in results] == ["0.wav", "1.wav", "2.wav"]
    assert all(r["result"]["cached"] for r in results)


# --- Watching


def watch(server, job, seconds=60, headers=None):
    async def collect():
        messages = []
        async with websockets.connect(f"{server.websocket}/ws/progress/{job}", additional_headers=headers) as socket:
            async for message in socket:
                messages.append(json.loads(message))
            return messages, socket.close_code

    return asyncio.run(asyncio.wait_for(collect(), seconds))


def test_a_client_that_chose_its_id_watches_before_its_upload_ends(server, tmp_path):
    file = clip(tmp_path, "watch.wav", 20, 0, repeats=2)
    seen = []

    def listen():
        seen.extend(watch(server, "mine-1")[0])

    listener = threading.Thread(target=listen)
    listener.start()
    time.sleep(0.2)
    body = file.read_bytes()

    def slowly():
        for start in range(0, len(body), 65536):
            yield body[start:start + 65536]
            time.sleep(0.05)

    answer = server.post(
        "/transcribe-file?job_id=mine-1&language=en", data=slowly(), headers={"Content-Type": "audio/wav"})
    assert answer.json()["job_id"] == "mine-1"
    listener.join(30)
    stages = [message["stage"] for message in seen]
    assert "uploading" in stages and "transcribing" in stages and stages[-1] == "completed"
    progress = [message["progress"] for message in seen]
    assert progress == sorted(progress) and progress[-1] == 100.0
    assert all(isinstance(message["progress"], float) for message in seen)
    assert {"job_id", "stage", "progress", "message", "eta_seconds", "start_time"} <= set(seen[0])
    assert any(message.get("text") for message in seen)


def test_late_watchers_get_the_state_first_by_websocket_and_events(server, tmp_path):
    job = server.transcribe("/api/transcribe/async", clip(tmp_path, "late.wav", 5, 2), language="en").json()["job_id"]
    server.wait(job)
    messages, code = watch(server, job)
    assert messages[-1]["stage"] == "completed" and code == 1000
    events = server.get(f"/job/{job}/events")
    assert events.headers["Content-Type"] == "text/event-stream"
    data = [line[6:] for line in events.text.splitlines() if line.startswith("data: ")]
    assert json.loads(data[-1]) == messages[-1] and "event: progress" in events.text
    assert server.get("/job/nobody/events").status_code == 404


# --- Ends


def test_cancel_frees_the_worker_and_nothing_comes_after(server, tmp_path):
    job = server.transcribe(
        "/api/transcribe/async", clip(tmp_path, "long.wav", 300, repeats=40), language="en").json()["job_id"]
    server.wait(job, ["processing"])
    start = time.monotonic()
    assert server.delete(f"/job/{job}").json() == {"job_id": job, "status": "cancelled"}
    while server.get("/jobs/stats").json()["active_workers"]:
        assert time.monotonic() - start < 2.5
    assert server.wait(job)["status"] == "cancelled"
    # Again is no error; a finished one is removed.
    assert server.delete(f"/job/{job}").status_code == 200
    done = server.transcribe("/api/transcribe/async", clip(tmp_path, "s.wav", 3), language="en").json()["job_id"]
    server.wait(done)
    assert server.delete(f"/job/{done}").json()["status"] == "deleted"
    assert server.get(f"/job/{done}").status_code == 404


def test_a_client_that_leaves_cancels_what_nobody_else_waits_for(server, tmp_path):
    file = clip(tmp_path, "left.wav", 280, repeats=40)
    with pytest.raises(requests.exceptions.ReadTimeout):
        with open(file, "rb") as opened:
            requests.post(server.url + "/transcribe-file?language=en", files={"file": opened}, timeout=2)
    end = time.monotonic() + 4
    while server.get("/jobs/stats").json()["active_workers"]:
        assert time.monotonic() < end
    assert not list((server.folder / "media").iterdir())


def test_a_failed_job_is_tried_again_without_a_new_upload(server, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(clip(tmp_path, "whole.wav", 3).read_bytes()[:60])
    job = server.transcribe("/api/transcribe/async", broken, language="en").json()["job_id"]
    state = server.wait(job)
    assert state["status"] == "failed" and state["error"]["message"]
    assert server.post(f"/job/{job}/retry").status_code == 202
    assert server.wait(job)["status"] == "failed"
    job = server.transcribe("/api/transcribe/async", clip(tmp_path, "ok.wav", 3), language="en").json()["job_id"]
    server.wait(job)
    assert server.post(f"/job/{job}/retry").status_code == 409


# --- Bad input


@pytest.mark.parametrize("fields, status, code", [
    ({"language": "english!"}, 400, "bad_field"),
    ({"language": "xx"}, 422, "unknown_language"),
    ({"model": "nonsense"}, 400, "no_such_model"),
    ({"engine": "nonsense"}, 400, "no_such_engine"),
    ({"task": "sing"}, 400, "bad_field"),
    ({"task": "translate"}, 422, "task_unsupported"),
    ({"from": "-1"}, 400, "bad_field"),
    ({"from": "5", "to": "4"}, 400, "bad_field"),
    ({"to": "nan"}, 400, "bad_field"),
    ({"track": "0"}, 400, "bad_field"),
    ({"track": "7"}, 422, "no_such_track"),
    ({"prompt": "x" * 4001}, 400, "bad_field"),
    ({"priority": "1e9"}, 400, "bad_field"),
    ({"min_speakers": "3", "max_speakers": "2"}, 400, "bad_field"),
    ({"words": "perhaps"}, 400, "bad_field"),
    ({"format": "docx"}, 400, "bad_field"),
    ({"job_id": "../x"}, 400, "bad_field"),
    ({"callback_url": "example.org"}, 400, "bad_address"),
    ({"url": "http://example.org/a.mp3"}, 400, "too_many_files"),
])
def test_wrong_values_are_refused_with_their_name(server, tmp_path, fields, status, code):
    answer = server.transcribe(file=clip(tmp_path, "x.wav", 1), **fields)
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["error"]["code"] == code and body["error"]["message"]
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_what_is_no_media_or_not_there(server):
    assert server.post("/transcribe-file", files={"file": ("e.wav", b"")}).json()["error"]["code"] == "empty"
    assert server.post("/transcribe-file", files={"file": ("t.mp3", b"hello " * 1000)}).status_code == 415
    assert server.post("/transcribe-file", files={"other": (None, "x")}).json()["error"]["code"] == "missing_file"
    assert server.post("/transcribe-file").json()["error"]["code"] == "missing_file"
    assert server.post("/transcribe-file", data=b"x", headers={"Content-Type": "text/css"}).status_code == 415
    assert server.post(
        "/transcribe-file", data=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 400
    assert server.get("/transcribe-file").status_code == 405
    assert server.get("/nowhere").json()["error"]["code"] == "not_found"
    for path in ["/job/none", "/job/none/result", "/api/transcribe/async/status/none", "/job/a%20b"]:
        assert server.get(path).status_code == 404


def test_a_job_id_with_other_content_is_a_conflict_and_the_same_again_is_not(server, tmp_path):
    one, two = clip(tmp_path, "one.wav", 2), clip(tmp_path, "two.wav", 3)
    for file, status in [(one, 202), (one, 202), (two, 409)]:
        answer = server.transcribe("/api/transcribe/async", file, language="en", job_id="twice")
        assert answer.status_code == status, answer.text
    key = {"Idempotency-Key": "twice"}
    with open(two, "rb") as opened:
        answer = server.post("/api/transcribe/async?language=en", files={"file": opened}, headers=key)
    assert answer.json()["error"]["code"] == "job_id_taken"


# --- Addresses

FORMS = [
    "127.0.0.1", "localhost", "127.1", "127.0.1", "0", "0.0.0.0", "0x7f000001", "2130706433", "017700000001",
    "0177.0.0.1", "0x7f.0.0.1", "127.0.0.1.", "localhost.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "127.127.127.127",
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255", "169.254.169.254",
    "169.254.0.1", "[fe80::1]", "[fc00::1]", "[fd00::1]", "[ff02::1]", "100.64.0.1", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[2001:db8::1]",
    "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::a00:1]", "[100::1]", "[2001::1]", "0.0.0.1",
    "127.0.0.1@127.0.0.1", "example.org@127.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "%31%32%37.0.0.1",
    "127.0.0.1%00.example.org", "127.0.0.1#.example.org", "127.0.0.1\\@example.org", "LOCALHOST", "ip6-localhost",
]


def test_sixty_ways_to_name_a_machine_that_is_not_public(server):
    """A listener on every loopback address sees no connection."""
    assert len(FORMS) >= 60
    listeners = []
    for family, address in [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")]:
        listener = socket.socket(family)
        listener.bind((address, listeners[0].getsockname()[1] if listeners else 0))
        listener.listen(100)
        listener.setblocking(False)
        listeners.append(listener)
    port = listeners[0].getsockname()[1]
    for form in FORMS:
        answer = server.post("/transcribe-file", data={"url": f"http://{form}:{port}/a.mp3"})
        assert 400 <= answer.status_code < 600 and answer.status_code != 200, form
        assert answer.json()["error"]["code"] in ("refused_address", "bad_address", "fetch_failed"), (form, answer.text)
    for scheme in ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1:11211/", "//127.0.0.1"]:
        assert server.post("/transcribe-file", data={"url": scheme}).json()["error"]["code"] == "bad_address"
    for listener in listeners:
        with pytest.raises(BlockingIOError):
            listener.accept()
        listener.close()


# --- Care


def test_health_cache_and_gpu_bodies(server):
    health = server.get("/health").json()
    assert health["status"] == "ok"
    assert {"model", "whisper_device", "nemo_device", "cache_size_mb", "cached_files"} <= set(health)
    assert server.get("/api/health").json()["status"] == "ok"
    server.transcribe(language="en")
    stats = server.get("/cache/stats").json()
    assert {"cache_size_mb", "max_size_mb", "cached_files", "cache_keys", "hits", "misses", "hit_rate"} <= set(stats)
    assert stats["max_size_mb"] == 500.0 and stats["cached_files"] == len(stats["cache_keys"]) > 0
    assert server.get("/api/cache-stats").json()["max_size_mb"] == 500.0
    for path in ["/cache/clear", "/api/cache/clear"]:
        assert server.post(path).json() == {
            "status": "cache cleared", "message": "All cached files have been removed"}
    assert server.get("/cache/stats").json()["cached_files"] == 0
    assert server.get("/api/gpu-status").json()["gpus"] == []
    stats = server.get("/jobs/stats").json()
    assert {"total_tasks", "queue_size", "active_workers", "avg_processing_time", "by_status"} <= set(stats)


def test_metrics_are_what_prometheus_reads(server):
    server.transcribe(language="en")
    text = server.get("/metrics").text
    for name in ["requests_total", "queue_waiting", "job_wait_seconds_bucket", "job_run_seconds_bucket",
                 "real_time_factor", "cache_hit_ratio", "engine_host_starts", "disk_free_bytes", "disk_total_bytes",
                 "build_info", "jobs", "lease_losses_total", "data_bytes", "uploads_open", "links_held",
                 "telegram_requests_open", "callbacks_waiting", "log_events_total", "queue_paused"]:
        assert f"stentor_{name}" in text, name
    seen = set()
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            assert line.split()[2] not in seen
            seen.add(line.split()[2])
        else:
            name, value = line.rsplit(" ", 1)
            float(value)


def test_the_command_line_looks_after_the_queue(server, tmp_path):
    def jobs(*words):
        run = subprocess.run([programs() / "stentor", "jobs", *words, *([] if "--server" in words else ["--server", server.url])], capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr

    assert jobs("pause") == (0, '{"status":"paused"}\n')
    job = server.transcribe("/api/transcribe/async", clip(tmp_path, "p.wav", 4, 1), language="en").json()["job_id"]
    assert server.get(f"/job/{job}").json()["position"] == 0
    assert f"{job}  queued  short" in jobs("list", "--state", "queued")[1]
    assert jobs("cancel", job)[0] == 0 and server.wait(job)["status"] == "cancelled"
    assert jobs("retry", job)[0] == 1
    assert "no longer kept" in jobs("retry", job)[1]
    assert jobs("resume")[0] == 0
    assert jobs("retry", "none") == (1, "stentor: There is no job with this id.\n")
    assert jobs("prune", "--hours", "0")[0] == 0
    assert server.get(f"/job/{job}").status_code == 404
    assert jobs("dance")[0] == 2
    assert "start it" in jobs("list", "--server", "http://127.0.0.1:1")[1]


# --- Keys


def test_keys_guard_everything_but_health_and_hide_the_jobs_of_others(tmp_path):
    one, two, admin = "first-key-" + "a" * 20, "second-key-" + "b" * 20, "admin-key-" + "c" * 20
    with Server(STENTOR_API_KEYS=f"{one},{two}", STENTOR_ADMIN_KEYS=admin) as server:
        file = clip(tmp_path, "k.wav", 3)
        assert server.get("/health").status_code == 200
        for path in ["/jobs", "/metrics", "/cache/stats", "/job/x", "/api/gpu-status"]:
            assert server.get(path).status_code == 401, path
            assert server.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
        with open(file, "rb") as opened:
            job = server.post(
                "/api/transcribe/async?language=en", files={"file": opened},
                headers={"Authorization": f"Bearer {one}"}).json()["job_id"]
        assert server.wait(job, headers={"X-API-Key": one})["status"] == "completed"
        for headers in [{"Authorization": f"Token {two}"}, {"X-API-Key": two}]:
            assert server.get(f"/job/{job}", headers=headers).status_code == 404
            assert server.delete(f"/job/{job}", headers=headers).status_code == 404
            assert server.get(f"/job/{job}/result", headers=headers).status_code == 404
        assert server.get("/jobs", headers={"X-API-Key": two}).json() == {"jobs": []}
        assert server.get("/jobs", auth=("any", admin)).json()["jobs"][0]["job_id"] == job
        assert server.get("/metrics", headers={"X-API-Key": one}).status_code == 403
        assert server.get("/metrics", headers={"X-API-Key": admin}).status_code == 200
        with open(file, "rb") as opened:
            taken = server.post(
                f"/api/transcribe/async?language=en&job_id={job}", files={"file": opened}, headers={"X-API-Key": two})
        assert taken.status_code == 409
        assert not any(key in line for key in (one, two, admin) for line in server.log)
        with open(f"/proc/{server.process.pid}/cmdline") as command:
            assert one not in command.read()


def test_a_foreign_page_and_a_foreign_host_are_refused(server):
    for headers in [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]:
        assert server.post("/cache/clear", headers=headers).status_code == 403
    assert server.get("/jobs", headers={"Host": "evil.example"}).status_code == 421


# --- Stops


def test_what_was_promised_survives_kill_and_restart(tmp_path):
    with Server() as server:
        jobs = [
            server.transcribe("/api/transcribe/async", clip(tmp_path, f"{n}.wav", 8, n / 2), language="en").json()["job_id"]
            for n in range(4)
        ]
        server.wait(jobs[0], ["processing", "completed"])
        server.kill()
        server.start()
        for job in jobs:
            assert server.wait(job)["status"] == "completed"
        assert not list((server.folder / "media").iterdir())


def test_sigterm_ends_at_once_when_idle_and_gives_back_what_runs(tmp_path):
    with Server(STENTOR_DRAIN_SECONDS="1") as server:
        job = server.transcribe(
            "/api/transcribe/async", clip(tmp_path, "d.wav", 200, repeats=30), language="en").json()["job_id"]
        server.wait(job, ["processing"])
        start = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - start < 6
        server.start()
        assert server.wait(job, ["processing", "completed"])
        attempts = [j for j in server.get("/jobs").json()["jobs"] if j["job_id"] == job][0]
        assert attempts["status"] in ("processing", "completed")
        assert server.delete(f"/job/{job}").status_code == 200
        assert server.stop() == 0


def test_two_servers_never_share_a_folder_and_an_open_door_is_refused(server):
    with pytest.raises(AssertionError, match="another Stentor works on this data folder"):
        Server(folder=server.folder)
    with pytest.raises(AssertionError, match="set STENTOR_API_KEYS"):
        Server(STENTOR_HOST="0.0.0.0")


# --- Many at once


def different(folder, count, seconds=1.5):
    """Files of which each sounds unlike the others: other pieces, other loudness."""
    files = []
    for number in range(count):
        path = folder / f"{number}.wav"
        start = (number * 0.137) % 8
        subprocess.run(
            ["ffmpeg", "-v", "error", "-ss", f"{start:.3f}", "-t", str(seconds), "-i", str(SAMPLE), "-ac", "1", "-ar",
             "16000", "-filter:a", f"volume={0.5 + number / (2 * count)}", str(path)], check=True)
        files.append(path)
    return files


def test_many_different_files_at_once_each_get_their_own_text(server, tmp_path):
    """STENTOR_MANY=200 by hand; fewer where time counts."""
    count = int(os.environ.get("STENTOR_MANY", "40"))
    files = different(tmp_path, count)
    (tmp_path / "expected").mkdir()
    subprocess.run(
        [programs() / "stentor", "transcribe", "--quiet", "--engine", "sphinx", "--language", "en", "--output",
         str(tmp_path / "expected") + "/", *map(str, files)], check=True)
    wanted = {f.name: " ".join((tmp_path / "expected" / f.stem).with_suffix(".txt").read_text().split()) for f in files}
    answers = {}

    def send(file):
        answers[file.name] = server.transcribe(file=file, language="en", engine="sphinx").json()

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        list(pool.map(send, files))
    wrong = {name: (answers[name].get("full_text"), text) for name, text in wanted.items()
             if " ".join(answers[name].get("full_text", "").split()) != text}
    assert not wrong and len(answers) == count
    assert len(set(wanted.values())) > 20


def test_one_user_with_a_thousand_jobs_delays_another_by_one(tmp_path):
    ann, bob = "ann-" + "a" * 20, "bob-" + "b" * 20
    with Server(STENTOR_API_KEYS=f"{ann},{bob}", STENTOR_ENGINE_SLOTS="1", QUEUE_MAX_WORKERS="1") as server:
        base = clip(tmp_path, "base.wav", 1.5, 1).read_bytes()

        def send(key, number):
            # A chunk that readers skip makes each another file.
            body = base + b"junk" + (8).to_bytes(4, "little") + number.to_bytes(8, "little")
            answer = server.post(
                "/api/transcribe/async?language=en", files={"file": ("x.wav", body)}, headers={"X-API-Key": key})
            assert answer.status_code == 202, answer.text
            return answer.json()["job_id"]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: send(ann, number), range(1000)))
        done_before = server.get("/jobs?state=completed&limit=1000", headers={"X-API-Key": ann}).json()["jobs"]
        job = send(bob, 5000)
        server.wait(job, headers={"X-API-Key": bob})
        done_after = server.get("/jobs?state=completed&limit=1000", headers={"X-API-Key": ann}).json()["jobs"]
        # The one that ran when Bob came, and what ended while his own ran and was asked for.
        assert len(done_after) - len(done_before) <= 4, (len(done_before), len(done_after))
        assert len(done_before) < 900
        refused = server.post(
            "/api/transcribe/async?language=en", files={"file": ("x.wav", base)},
            headers={"X-API-Key": bob}, data={"priority": "5"})
        assert refused.status_code == 400


def test_a_full_queue_says_when_to_come_back(tmp_path):
    with Server(QUEUE_MAX_WAITING_PER_USER="2") as server:
        server.post("/jobs/pause")
        answers = [
            server.transcribe("/api/transcribe/async", clip(tmp_path, f"{n}.wav", 2, n / 3), language="en")
            for n in range(4)
        ]
        assert [a.status_code for a in answers] == [202, 202, 429, 429]
        assert int(answers[2].headers["Retry-After"]) > 0
        assert answers[2].json()["error"]["code"] == "too_many_waiting"
        assert len(list((server.folder / "media").iterdir())) == 2


def test_a_full_disk_refuses_and_recovers_by_itself(tmp_path):
    """On a file system of 64 MB that a big file fills."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.fail("no tmpfs can be mounted: run as root")
    try:
        with Server(folder=folder) as server:
            clip_file = clip(tmp_path, "c.wav", 2)
            filler = folder / "filler"
            filler.write_bytes(b"x" * (100 << 20))
            answer = server.transcribe("/api/transcribe/async", clip_file, language="en")
            assert answer.status_code == 507 and answer.json()["error"]["code"] == "no_room"
            assert server.get("/health").status_code == 503
            assert not list((folder / "media").iterdir())
            filler.unlink()
            assert server.transcribe(file=clip_file, language="en").status_code == 200
            # Full in the middle of an upload: more than there is room for.
            big = server.post(
                "/api/transcribe/async?language=en", data=(b"x" * (1 << 20) for _ in range(300)),
                headers={"Content-Type": "audio/wav"})
            assert big.status_code == 507, big.text
            assert not list((folder / "media").iterdir())
            assert server.get("/health").json()["status"] == "ok"
            assert server.transcribe("/api/transcribe/async", clip_file, language="en").status_code == 202
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_promise_is_on_the_disk_before_it_is_given(tmp_path):
    """What strace sees of one upload: media, its name, its folder and the queue are synchronised before 202 is sent."""
    with Server() as server:
        trace = tmp_path / "trace"
        tracer = subprocess.Popen(
            ["strace", "-f", "-tt", "-e", "trace=fsync,fdatasync,linkat,sendto,sendmsg,write,writev", "-s", "40", "-o",
             str(trace), "-p", str(server.process.pid)], stderr=subprocess.PIPE, text=True)
        # strace says when it is attached.
        assert "attached" in tracer.stderr.readline()
        server.transcribe("/api/transcribe/async", clip(tmp_path, "t.wav", 2), language="en")
        tracer.send_signal(2)
        tracer.wait(10)
        lines = trace.read_text().splitlines()
    answered = next(i for i, line in enumerate(lines) if "HTTP/1.1 202" in line)
    linked = next(i for i, line in enumerate(lines) if "linkat(" in line)
    before = [i for i, line in enumerate(lines[:linked]) if "fsync(" in line or "fdatasync(" in line]
    between = [i for i, line in enumerate(lines[linked:answered]) if "fsync(" in line or "fdatasync(" in line]
    assert linked < answered and before, "the media's bytes are synchronised before it gets its name"
    assert len(between) >= 2, "its folder and the queue are synchronised before the answer"
