"""Mistakes that servers with these interfaces made before, each as a test; some are in the files of their dialect."""

import json
import pathlib
import subprocess
import threading
import time

import openai
import pytest
import requests

from stentor_server import ROOT, SAMPLE, Server, clip, programs

NANO = ROOT / ".deps" / "test-models" / "whisper-nano"


def install_nano(folder):
    """A small multilingual model that says one sentence, whatever it hears."""
    subprocess.run(
        [programs() / "stentor", "models", "import", "--name", "nano", NANO], check=True, capture_output=True,
        env={"STENTOR_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin"})


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


def openai_ask(server, file=SAMPLE, **fields):
    with open(file, "rb") as opened:
        return requests.post(
            server.url + "/v1/audio/transcriptions", files={"file": (pathlib.Path(file).name, opened)},
            data={"model": "whisper-1"} | fields, timeout=120)


def runs(server):
    return sum('"worker processing"' in line for line in server.log)


def test_a_model_that_cannot_be_loaded_ends_the_request_and_not_the_server(tmp_path):
    install_nano(tmp_path)
    encoder = tmp_path / "models" / "nano" / "encoder.onnx"
    content = bytearray(encoder.read_bytes())
    content[len(content) // 2] ^= 1
    encoder.write_bytes(content)
    with Server(tmp_path, QUEUE_MAX_RETRIES="0") as server:
        broken = openai_ask(server, model="nano")
        assert broken.status_code >= 400 and broken.json()["error"]["message"]
        assert server.process.poll() is None and server.get("/health").status_code == 200
        assert openai_ask(server, model="en-us").json()["text"].startswith("this is the first")


def test_the_language_is_recognised_where_a_model_can(tmp_path):
    install_nano(tmp_path)
    samples = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(SAMPLE), "-f", "s16le", "-ac", "1", "-ar", "16000", "-"],
        check=True, capture_output=True).stdout
    with Server(tmp_path) as server:
        answer = requests.post(
            server.url + "/detect-language", params={"encode": "false"}, files={"audio_file": samples}, timeout=60)
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"detected_language", "language_code", "confidence"}
        assert len(answer.json()["language_code"]) in (2, 3) and 0 <= answer.json()["confidence"] <= 1
        again = requests.post(
            server.url + "/asr", params={"encode": "false", "output": "srt"}, files={"audio_file": samples}, timeout=60)
        assert again.status_code == 200 and again.headers["Asr-Engine"] == "sherpa"


def test_options_make_another_text_and_formats_do_not(server):
    openai_ask(server, language="en")
    before = runs(server)
    for form in ["json", "text", "srt", "vtt", "verbose_json"]:
        openai_ask(server, language="en", response_format=form)
    openai_ask(server, language="en", temperature="0", stream="true")
    assert runs(server) == before
    for more in [{"prompt": "Stentor"}, {"keywords[]": "Ada"}, {"response_format": "diarized_json"}]:
        assert openai_ask(server, language="en", **more).status_code == 200
    server.transcribe(language="en", **{"from": "1"})
    assert runs(server) == before + 4


def test_another_file_of_the_same_name_is_another_text(server, tmp_path):
    one, two = clip(tmp_path, "same.wav", 4), clip(tmp_path / "..", "same.wav", 4, 5)
    assert openai_ask(server, one, language="en").json()["text"] != openai_ask(server, two, language="en").json()["text"]


def test_a_failed_job_keeps_its_media_until_it_is_deleted(server, tmp_path):
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"nothing to hear" * 99)
    job = server.transcribe("/api/transcribe/async", broken).json()["job_id"]
    server.wait(job)
    assert server.post(f"/job/{job}/retry").status_code == 202
    assert server.wait(job)["status"] == "failed"
    assert list((server.folder / "media").iterdir())
    assert server.delete(f"/job/{job}").status_code == 200
    assert server.post(f"/job/{job}/retry").status_code == 404


@pytest.mark.parametrize("path, arguments", [
    ("/v1/audio/transcriptions", ["-F", "model=whisper-1", "-F", "file=@{file}"]),
    ("/asr", ["-F", "audio_file=@{file}"]),
    ("/v1/listen", ["-H", "Content-Type: audio/wav", "-T", "{file}", "-X", "POST"]),
])
def test_an_upload_is_never_held_in_memory(server, tmp_path, path, arguments):
    large = tmp_path / "large.bin"
    with open(large, "wb") as opened:
        for number in range(256):
            opened.write(bytes([number]) * (1 << 20))
    before = server.rss()
    peak, done = [before], threading.Event()

    def watch():
        while not done.wait(0.02):
            peak.append(server.rss())

    watcher = threading.Thread(target=watch)
    watcher.start()
    shown = subprocess.run(
        ["curl", "-sS", "-w", "%{http_code}", "-o", "/dev/null", *[a.format(file=large) for a in arguments],
         server.url + path], capture_output=True, text=True, check=True)
    done.set()
    watcher.join()
    assert shown.stdout in ("400", "415"), shown.stdout
    assert max(peak) - before < 40 << 20, (max(peak) - before) >> 20


def test_a_stream_begins_at_once_even_behind_others(server):
    server.post("/jobs/pause")
    try:
        with requests.post(
                server.url + "/v1/audio/transcriptions", files={"file": SAMPLE.read_bytes()},
                data={"model": "gpt-4o-transcribe", "stream": "true", "prompt": "not seen before"}, stream=True,
                timeout=10) as answer:
            assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/event-stream"
            server.post("/jobs/resume")
            assert b"transcript.text.done" in answer.content
    finally:
        server.post("/jobs/resume")


def test_who_would_not_wait_long_need_not(server):
    """Proxies cut near 100 seconds: a promise is answered at once, whatever the queue does."""
    server.post("/jobs/pause")
    try:
        started = time.monotonic()
        with open(SAMPLE, "rb") as opened:
            answer = server.post(
                "/transcribe-file", files={"file": opened}, data={"prompt": "nor this"},
                headers={"Prefer": "respond-async"})
        assert answer.status_code == 202 and time.monotonic() - started < 5
    finally:
        server.post("/jobs/resume")


def test_work_never_freezes_state_and_cancelling(server, tmp_path):
    file = clip(tmp_path, "long.wav", 300, repeats=30)
    job = server.transcribe("/api/transcribe/async", file, language="en").json()["job_id"]
    end = time.monotonic() + 30
    while server.get(f"/job/{job}").json()["stage"] != "transcribing":
        assert time.monotonic() < end
    for _ in range(20):
        started = time.monotonic()
        assert server.get("/health").status_code == 200 and server.get(f"/job/{job}").status_code == 200
        assert time.monotonic() - started < 2
    started = time.monotonic()
    assert server.delete(f"/job/{job}").json()["status"] == "cancelled" and time.monotonic() - started < 5


def test_what_a_client_left_behind_is_a_text_in_the_cache_and_no_file(tmp_path):
    """The job of a client that left waits for its return; when it ends nothing of it is left but its text."""
    (tmp_path / "data").mkdir()
    with Server(tmp_path / "data") as server:
        impatient = openai.OpenAI(base_url=server.url + "/v1", api_key="none", timeout=1, max_retries=0)
        with pytest.raises(openai.APITimeoutError):
            impatient.audio.transcriptions.create(
                file=open(clip(tmp_path, "left.wav", 60, repeats=8), "rb"), model="whisper-1", language="en")
        end = time.monotonic() + 90
        while json.loads(server.get("/jobs/stats").text)["active_workers"]:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert server.get("/cache/stats").json()["cached_files"] == 1
        assert list((server.folder / "media").iterdir()) == []
