"""Deepgram's dialect with Deepgram's own client."""

import hashlib
import subprocess

import pytest
import requests
from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

from stentor_server import SAMPLE, Server

KEY = "a key for the dialects"
FIRST = "this is the first sentence"


@pytest.fixture(scope="module")
def server():
    with Server(STENTOR_API_KEYS=KEY) as running:
        yield running


def sdk(server, key=KEY):
    environment = DeepgramClientEnvironment(
        base=server.url, production=server.url.replace("http", "ws"), agent=server.url.replace("http", "ws"),
        agent_rest=server.url)
    return DeepgramClient(api_key=key, environment=environment)


def listen(server, data=None, headers=(), **query):
    return requests.post(
        server.url + "/v1/listen", params=query, data=SAMPLE.read_bytes() if data is None else data,
        headers={"Authorization": f"Token {KEY}"} | dict(headers), timeout=120)


def test_the_official_client(server):
    answer = sdk(server).listen.v1.media.transcribe_file(
        request=SAMPLE.read_bytes(), model="nova-3", language="en", smart_format=True, utterances=True, paragraphs=True,
        diarize=True, tag=["a", "b"])
    alternative = answer.results.channels[0].alternatives[0]
    assert alternative.transcript.startswith(FIRST)
    assert alternative.words[0].word == "this" and alternative.words[0].punctuated_word == "this"
    assert alternative.words[0].speaker == 0 and alternative.words[0].end > alternative.words[0].start
    assert alternative.paragraphs.paragraphs[0].sentences[0].text.startswith("this is")
    assert answer.results.utterances[0].transcript.startswith("this is") and answer.results.utterances[0].channel == 0
    assert answer.metadata.sha256 == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    assert abs(answer.metadata.duration - 10.555) < 0.1 and answer.metadata.channels == 1
    assert str(answer.metadata.created).startswith("20")


def test_what_was_not_asked_for_is_not_there(server):
    body = listen(server).json()
    alternative = body["results"]["channels"][0]["alternatives"][0]
    assert "utterances" not in body["results"] and "paragraphs" not in alternative
    assert "punctuated_word" not in alternative["words"][0] and "speaker" not in alternative["words"][0]


@pytest.mark.parametrize("encoding, arguments", [
    ("linear16", ["-f", "s16le"]), ("mulaw", ["-f", "mulaw"]), ("alaw", ["-f", "alaw"])])
@pytest.mark.parametrize("rate, channels", [(16000, 1), (48000, 2)])
def test_bare_samples_are_read_as_they_are_described(server, encoding, arguments, rate, channels):
    samples = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(SAMPLE), "-ar", str(rate), "-ac", str(channels), *arguments, "-"],
        check=True, capture_output=True).stdout
    answer = listen(server, samples, encoding=encoding, sample_rate=rate, channels=channels, language="en")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert abs(body["metadata"]["duration"] - 10.555) < 0.1
    assert "sentence" in body["results"]["channels"][0]["alternatives"][0]["transcript"]


def test_any_or_no_content_type_is_a_body(server):
    for headers in [{}, {"Content-Type": "audio/ogg"}, {"Content-Type": "application/octet-stream"},
                    {"Content-Type": "text/plain"}]:
        assert listen(server, headers=headers).status_code == 200, headers


def test_what_is_not_done_here_is_said(server):
    body = listen(server, summarize="v2", topics="true", redact="false", extra="ticket:7").json()
    assert {w["parameter"] for w in body["metadata"]["warnings"]} == {"summarize", "topics"}
    assert body["metadata"]["extra"] == {"ticket": "7"}


def test_errors_in_its_own_form(server):
    for answer, status in [
        (listen(server, b"no sound" * 100), 415), (listen(server, b""), 400),
        (listen(server, encoding="mp7"), 400), (listen(server, sample_rate="1"), 400),
        (listen(server, model="my-own"), 400), (listen(server, language="xx-yy-zz-aa"), 400),
        (listen(server, b"{", headers={"Content-Type": "application/json"}), 400),
        (listen(server, b'{"url": "http://127.0.0.1/a.wav"}', headers={"Content-Type": "application/json"}), 400),
        (listen(server, b'{"url": "file:///etc/passwd"}', headers={"Content-Type": "application/json"}), 400),
    ]:
        assert answer.status_code == status, (answer.status_code, answer.text)
        assert set(answer.json()) == {"err_code", "err_msg", "request_id"}, answer.text
    with pytest.raises(ApiError) as caught:
        sdk(server, "not the key, really").listen.v1.media.transcribe_file(request=b"x")
    assert caught.value.status_code == 401
