"""OpenAI's dialect with OpenAI's own client, and the traps that other servers fell into."""

import json
import socket
import subprocess
import threading
import time

import openai
import pytest
import requests

from stentor_server import SAMPLE, Server, clip

KEY = "a key for the dialects"
FIRST = "this is the first sentence"


@pytest.fixture(scope="module")
def server():
    with Server(STENTOR_API_KEYS=KEY, STENTOR_ADMIN_KEYS="an administrators key") as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.url + "/v1", api_key=KEY)


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("talk"), "talk.wav", 60, repeats=6)


def runs(server):
    return [json.loads(line) for line in server.log if '"worker processing"' in line]


def raw(server, *fields, file=SAMPLE, key=KEY, path="/v1/audio/transcriptions"):
    """A form whose fields are exactly these, in this order, the file first."""
    with open(file, "rb") as opened:
        parts = [("file", ("a.ogg", opened))] + [(name, (None, value)) for name, value in fields]
        return requests.post(
            server.url + path, files=parts, headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=120)


# --- Formats


def test_every_format_with_the_official_client(client):
    ask = lambda **more: client.audio.transcriptions.create(file=open(SAMPLE, "rb"), model="whisper-1", **more)
    plain = ask(language="en")
    assert plain.text.startswith(FIRST) and plain.usage.type == "duration" and plain.usage.seconds == 11
    text = ask(response_format="text")
    assert text == plain.text + "\n"
    assert ask(response_format="srt").startswith("1\n00:00:00,")
    assert ask(response_format="vtt").startswith("WEBVTT\n\n")
    verbose = ask(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert verbose.language == "english" and abs(verbose.duration - 10.555) < 0.1
    assert verbose.words[0].word == "this" and verbose.segments[0].text.startswith(" this is")
    diarized = ask(response_format="diarized_json", extra_body={"chunking_strategy": "auto"})
    assert diarized.segments[0].speaker == "A" and diarized.segments[0].id == "seg_001"
    assert diarized.text.startswith(f"A: {FIRST}")


def test_text_is_plain_text(server):
    answer = raw(server, ("model", "whisper-1"), ("response_format", "text"))
    assert answer.headers["Content-Type"].startswith("text/plain") and answer.text.endswith("\n")


def test_verbose_without_granularities_has_every_key_and_words_only_when_asked_for(server):
    body = raw(server, ("model", "whisper-1"), ("response_format", "verbose_json")).json()
    keys = {"id", "seek", "start", "end", "text", "tokens", "temperature", "avg_logprob", "compression_ratio",
            "no_speech_prob"}
    assert all(keys <= set(segment) for segment in body["segments"]) and "words" not in body
    assert body["usage"] == {"type": "duration", "seconds": 11} and body["task"] == "transcribe"


@pytest.mark.parametrize("fields", [
    [("timestamp_granularities[]", "word")],
    [("timestamp_granularities", "word")],
    [("timestamp_granularities[0]", "segment"), ("timestamp_granularities[1]", "word")],
    [("timestamp_granularities[]", "segment"), ("timestamp_granularities[]", "word")],
    [("timestamp_granularities", "word,segment")],
    [("timestamp_granularities", '["word", "segment"]')],
])
def test_granularities_in_every_spelling(server, fields):
    body = raw(server, ("model", "whisper-1"), ("response_format", "verbose_json"), *fields).json()
    assert body["words"][0]["word"] == "this"


def test_booleans_as_words_nested_keys_json_in_a_string_and_unknown_fields(server):
    answer = raw(
        server, ("model", "gpt-4o-transcribe"), ("stream", "off"), ("chunking_strategy[type]", "server_vad"),
        ("chunking_strategy[threshold]", "0.5"), ("chunking_strategy", '{"type":"server_vad"}'),
        ("keywords[]", "Ada"), ("nobody[knows][this]", "1"), ("temperature", "0.0"), ("language", "English"))
    assert answer.status_code == 200 and answer.json()["text"].startswith(FIRST)


def test_log_probabilities(client):
    answer = client.audio.transcriptions.create(
        file=open(SAMPLE, "rb"), model="gpt-4o-transcribe", response_format="json", include=["logprobs"])
    assert answer.logprobs[0].token == "this" and answer.logprobs[0].logprob <= 0


# --- Streams


def test_deltas_arrive_while_the_file_is_transcribed_and_done_is_whole(client, server, talk):
    deltas, events, first = [], [], None
    with open(talk, "rb") as opened:
        stream = client.audio.transcriptions.create(
            file=opened, model="gpt-4o-transcribe", response_format="json", stream=True)
        for event in stream:
            events.append(event.type)
            if event.type == "transcript.text.delta":
                deltas.append(event.delta)
                if first is None:
                    first = time.monotonic()
                    # What is streamed is not finished: the queue still works on it.
                    states = requests.get(
                        server.url + "/jobs", headers={"X-API-Key": KEY}, timeout=10).json()["jobs"]
                    assert any(job["status"] == "processing" for job in states)
            else:
                done = event
    assert events[-1] == "transcript.text.done" and len(deltas) > 2
    assert done.text == "".join(deltas) and done.text.count("first sentence") >= 5
    whole = client.audio.transcriptions.create(file=open(talk, "rb"), model="whisper-1")
    assert whole.text == done.text


def test_a_stream_of_what_is_known_and_of_speakers(client):
    for form in ["json", "diarized_json"]:
        stream = client.audio.transcriptions.create(
            file=open(SAMPLE, "rb"), model="gpt-4o-transcribe-diarize", response_format=form, stream=True,
            chunking_strategy="auto")
        events = list(stream)
        assert events[-1].type == "transcript.text.done" and FIRST in events[-1].text
        assert "".join(e.delta for e in events if e.type == "transcript.text.delta").startswith(FIRST)
        segments = [e for e in events if e.type == "transcript.text.segment"]
        assert bool(segments) == (form == "diarized_json") and all(s.speaker == "A" for s in segments)


def test_a_stream_of_what_cannot_be_read_is_an_error_not_a_text(client, tmp_path):
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no sound at all" * 100)
    with pytest.raises(openai.APIError):
        list(client.audio.transcriptions.create(file=open(broken, "rb"), model="gpt-4o-transcribe", stream=True))


def test_subtitles_cannot_be_streamed_and_whisper_1_ignores_the_wish(server):
    refused = raw(server, ("model", "gpt-4o-transcribe"), ("stream", "true"), ("response_format", "srt"))
    assert refused.status_code == 400 and refused.json()["error"]["param"] == "response_format"
    ignored = raw(server, ("model", "whisper-1"), ("stream", "true"), ("response_format", "srt"))
    assert ignored.status_code == 200 and ignored.text.startswith("1\n")


# --- Models and translations


def test_models(client):
    listed = {model.id: model for model in client.models.list()}
    assert "whisper-1" in listed and listed["en-us"].owned_by == "sphinx"
    assert client.models.retrieve("en-us").object == "model"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("no-such-model")
    assert caught.value.code == "model_not_found"


def test_a_translation_is_refused_where_no_engine_translates(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.translations.create(file=open(SAMPLE, "rb"), model="whisper-1")
    assert caught.value.code == "unsupported_value" and "translate" in caught.value.message


# --- Errors


def check(answer, status, code=None):
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"} and error["message"]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-should-retry"] == ("true" if status in (408, 429) or status >= 500 else "false")
    assert code is None or error["code"] == code
    return error


def test_errors_are_never_200_and_always_an_envelope(server, tmp_path):
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(bytes(range(256)) * 40)
    check(raw(server, ("model", "whisper-1"), file=noise), 400)
    check(raw(server, ("model", "whisper-1"), key="not a key at all"), 401, "invalid_api_key")
    check(raw(server, ("model", "whisper-1"), key=None), 401, "invalid_api_key")
    check(raw(server, ("model", "whisper-99")), 404, "model_not_found")
    assert check(raw(server, ("model", "m"), ("response_format", "ssml")), 400)["param"] == "response_format"
    assert check(raw(server, ("model", "m"), ("temperature", "hot")), 400)["param"] == "temperature"
    headers = {"Authorization": f"Bearer {KEY}"}
    check(requests.post(server.url + "/v1/audio/transcriptions", json={"a": 1}, headers=headers, timeout=9), 400)
    check(requests.get(server.url + "/v1/nothing", headers=headers, timeout=9), 404)
    check(requests.get(server.url + "/v1/audio/transcriptions", headers=headers, timeout=9), 405)
    missing = requests.post(
        server.url + "/v1/audio/transcriptions", files={"model": (None, "whisper-1")}, headers=headers, timeout=9)
    assert check(missing, 400, "missing_file")["param"] == "file"


def test_too_large_and_too_many_in_this_dialect(tmp_path):
    with Server(STENTOR_MAX_UPLOAD_MB="1", QUEUE_MAX_WAITING_PER_USER="1", QUEUE_MAX_WORKERS="1") as server:
        large = tmp_path / "large.wav"
        large.write_bytes(b"\0" * 3_000_000)
        check(raw(server, ("model", "whisper-1"), file=large, key=None), 413)
        server.post("/jobs/pause")
        server.transcribe("/api/transcribe/async", clip(tmp_path, "one.wav", 2), language="en")
        answer = raw(server, ("model", "whisper-1"), file=clip(tmp_path, "two.wav", 3), key=None)
        check(answer, 429, "rate_limit_exceeded")
        assert 0 < int(answer.headers["retry-after"]) <= 120


# --- What retries do


def test_a_client_that_lost_patience_joins_the_running_job(server, talk, tmp_path):
    """The SDK gives up after its timeout and uploads the same file again: it is recognised once."""
    file = clip(tmp_path, "impatient.wav", 120, start=1, repeats=12)
    before = len(runs(server))
    impatient = openai.OpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=1.5, max_retries=0)
    with pytest.raises(openai.APITimeoutError):
        impatient.audio.transcriptions.create(file=open(file, "rb"), model="whisper-1", language="en")
    again = openai.OpenAI(base_url=server.url + "/v1", api_key=KEY)
    answer = again.audio.transcriptions.create(file=open(file, "rb"), model="whisper-1", language="en")
    assert "first sentence" in answer.text
    assert len(runs(server)) == before + 1
    cached = again.audio.transcriptions.create(
        file=open(file, "rb"), model="whisper-1", language="en", response_format="verbose_json")
    assert cached.text == answer.text and len(runs(server)) == before + 1


class Dropping:
    """Stands before the server and drops the first answer when it comes."""

    def __init__(self, server):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.target = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        self.count = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            self.count += 1
            far = socket.create_connection(self.target)
            threading.Thread(target=self.pump, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, self.count == 1), daemon=True).start()

    def pump(self, source, sink, drops):
        try:
            while data := source.recv(1 << 16):
                if drops:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def test_a_dropped_reply_is_asked_for_again_by_the_client_and_computed_once(server, tmp_path):
    file = clip(tmp_path, "dropped.wav", 7, start=2)
    before = len(runs(server))
    proxy = Dropping(server)
    patient = openai.OpenAI(base_url=proxy.url, api_key=KEY)
    answer = patient.audio.transcriptions.create(file=open(file, "rb"), model="whisper-1", language="en")
    assert answer.text and proxy.count >= 2
    assert len(runs(server)) == before + 1


def test_two_at_once_are_one(server, tmp_path):
    file = clip(tmp_path, "twice.wav", 40, start=2, repeats=4)
    before = len(runs(server))
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(raw(server, ("model", "whisper-1"), file=file).json()["text"]))
        for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1 and len(runs(server)) == before + 1


def test_idempotency_keys_of_another_body_conflict(server, tmp_path):
    def ask(file, key):
        with open(file, "rb") as opened:
            return requests.post(
                server.url + "/v1/audio/transcriptions", files={"file": opened}, data={"model": "whisper-1"},
                headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": key}, timeout=60)
    server.post("/jobs/pause", headers={"X-API-Key": "an administrators key"})
    try:
        first = threading.Thread(target=ask, args=(clip(tmp_path, "i1.wav", 3, 1), "same-key"))
        first.start()
        end = time.monotonic() + 20
        while server.get("/job/same-key", headers={"X-API-Key": KEY}).json().get("stage") != "queued":
            assert time.monotonic() < end
        assert check(ask(clip(tmp_path, "i2.wav", 3, 2), "same-key"), 409)["code"] == "job_id_taken"
    finally:
        server.post("/jobs/resume", headers={"X-API-Key": "an administrators key"})
        first.join()


def test_curl(server):
    shown = subprocess.run(
        ["curl", "-sS", "-H", f"Authorization: Bearer {KEY}", "-F", f"file=@{SAMPLE}", "-F", "model=whisper-1", "-F",
         "timestamp_granularities[]=word", "-F", "response_format=verbose_json",
         server.url + "/v1/audio/transcriptions"], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout)["words"][0]["word"] == "this"
