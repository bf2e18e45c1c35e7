"""whisper-asr-webservice's dialect as Bazarr speaks it, and every form of credentials."""

import base64
import json
import subprocess
import urllib.parse

import pytest
import requests

from stentor_server import SAMPLE, Server

KEY = "a key for the dialects"
FIRST = "this is the first sentence"


@pytest.fixture(scope="module")
def server():
    with Server(STENTOR_API_KEYS=KEY, STENTOR_ASR_ALLOWED="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def samples():
    """What Bazarr makes of a video: bare samples."""
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(SAMPLE), "-f", "s16le", "-acodec", "pcm_s16le", "-ac", "1", "-ar", "16000",
         "-"], check=True, capture_output=True).stdout


def bazarr(server, path, audio, **query):
    """The request of whisperai.py: a part without a file name of its own, the options in the query."""
    return requests.post(
        server.url + path, params=query, files={"audio_file": audio}, timeout=(5, 120))


def test_subtitles_of_bare_samples(server, samples):
    answer = bazarr(
        server, "/asr", samples, task="transcribe", language="en", output="srt", encode="false",
        video_file="/tv/A Show/1x01.mkv")
    assert answer.status_code == 200 and answer.text.startswith("1\n00:00:00,") and FIRST in answer.text.replace("\n", " ")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Asr-Engine"] == "sphinx"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audio_file.srt"'


def test_bare_samples_never_choose_how_they_are_read(server):
    """Samples that look like a playlist, another container or a WAV file of their own are still only samples."""
    for start in [b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"OggS\0\2", b"\x1aE\xdf\xa3"]:
        answer = bazarr(server, "/asr", start + b"\0" * 64_000, output="json", encode="false", language="en")
        assert answer.status_code == 200, answer.text
        assert json.loads(answer.text)["text"].strip() in ("", answer.json()["text"].strip())
        assert "root:" not in answer.text


def test_an_odd_last_byte_is_no_sample(server, samples):
    answer = bazarr(server, "/asr", samples[:32_001], encode="false", language="en")
    assert answer.status_code == 200


def test_every_output(server):
    with open(SAMPLE, "rb") as opened:
        audio = opened.read()
    text = {form: bazarr(server, "/asr", ("talk.ogg", audio), language="en", output=form, word_timestamps="true")
            for form in ["txt", "vtt", "srt", "tsv", "json"]}
    assert all(a.status_code == 200 and a.headers["Content-Type"].startswith("text/plain") for a in text.values())
    assert text["txt"].text.splitlines()[0].startswith(FIRST)
    assert text["vtt"].text.startswith("WEBVTT\n\n00:00.")
    assert text["tsv"].text.splitlines()[0] == "start\tend\ttext"
    body = json.loads(text["json"].text)
    assert body["language"] == "en" and body["segments"][0]["words"][0]["word"] == "this"
    assert bazarr(server, "/asr", audio, language="en").text == text["txt"].text


def test_errors_are_real_statuses_with_a_sentence(server):
    for answer, status in [
        (bazarr(server, "/asr", b"not a film at all" * 50, language="en"), 415),
        (bazarr(server, "/asr", b"", language="en"), 400),
        (bazarr(server, "/asr", b"x", output="docx"), 400),
        (bazarr(server, "/asr", b"x", language="xx" * 9), 400),
        (requests.post(server.url + "/asr", timeout=9), 415),
        (requests.get(server.url + "/asr", timeout=9), 405),
        (requests.post(server.url + "/asr", files={"other": b"x"}, timeout=9), 400),
        (bazarr(server, "/asr", b"x", task="translate", language="de"), 422),
    ]:
        assert answer.status_code == status, (answer.status_code, answer.text)
        assert answer.headers["Content-Type"].startswith("text/plain") and answer.text.endswith("\n")


def test_without_a_multilingual_model_no_language_is_invented(server, samples):
    answer = bazarr(server, "/detect-language", samples, encode="false")
    assert answer.status_code == 422 and "No engine" in answer.text


# --- Who may


def credentials(key):
    """Forms of one credential: 64 with what is wrong with some of them."""
    pair = lambda user, word: base64.b64encode(f"{user}:{word}".encode()).decode()
    right = []
    for scheme in ["Bearer", "bearer", "BEARER", "Token", "token", "TOKEN"]:
        right += [{"Authorization": f"{scheme} {key}"}, {"Authorization": f"{scheme}   {key}"},
                  {"Authorization": f"{scheme} {key}  "}]
    for user in ["", "me", "api", "a b", "ü"]:
        right += [{"Authorization": f"Basic {pair(user, key)}"}, {"Authorization": f"basic {pair(user, key)}"},
                  {"Authorization": f"Basic {pair(user, key).rstrip('=')}"}]
    right += [{"X-API-Key": key}, {"x-api-key": key}, {"X-API-Key": f"{key} "}]
    wrong = [
        {}, {"Authorization": ""}, {"Authorization": key}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {key}x"}, {"Authorization": f"Bearer x{key}"}, {"Authorization": f"Bearer {key[:-1]}"},
        {"Authorization": f"Bearer {key.upper()}"}, {"Authorization": f"Bearer:{key}"}, {"Authorization": f"Digest {key}"},
        {"Authorization": f"Bearer,{key}"}, {"Authorization": f"Bearer\u00a0{key}"},
        {"Authorization": f'Bearer "{key}"'}, {"Authorization": f"Bearer {urllib.parse.quote(key)}"},
        {"Authorization": f"Basic {key}"}, {"Authorization": "Basic"}, {"Authorization": "Basic !!!!"},
        {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"},
        {"Authorization": f"Basic {pair(key, '')}"}, {"Authorization": f"Basic {pair(key, 'x')}"},
        {"Authorization": f"Basic {pair('me', key + 'x')}"}, {"Authorization": f"Token token={key}"},
        {"X-API-Key": ""}, {"X-API-Key": f"Bearer {key}"}, {"Api-Key": key}, {"X-Api-Token": key},
        {"Cookie": f"key={key}"},
    ]
    return [(one, True) for one in right] + [(one, False) for one in wrong]


def test_64_forms_of_credentials_in_each_dialect():
    forms = credentials(KEY)
    assert len(forms) == 64
    with Server(STENTOR_API_KEYS=KEY) as server:
        for path, refused in [("/v1/models", 401), ("/jobs", 401)]:
            for headers, is_right in forms:
                status = requests.get(server.url + path, headers=headers, timeout=9).status_code
                assert status == (200 if is_right else refused), (path, headers, status)
        # These only answer uploads: a key that is right gets as far as the missing file.
        for path in ["/asr", "/detect-language", "/v1/listen", "/v1/audio/transcriptions"]:
            for headers, is_right in forms:
                status = requests.post(
                    server.url + path, headers=headers, files={"x": b""} if path != "/v1/listen" else None, timeout=9
                ).status_code
                assert (status != 401) == is_right, (path, headers, status)
        for query in [f"?key={urllib.parse.quote(KEY)}", f"?api_key={urllib.parse.quote(KEY)}"]:
            assert requests.get(server.url + "/v1/models" + query, timeout=9).status_code == 401


def test_a_listed_address_needs_no_key_for_asr_alone(server):
    assert bazarr(server, "/asr", b"").status_code == 400
    assert requests.get(server.url + "/v1/models", timeout=9).status_code == 401
    assert requests.post(server.url + "/transcribe-file", timeout=9).status_code == 401
    wrong = requests.post(
        server.url + "/asr", files={"audio_file": b""}, headers={"Authorization": "Bearer wrong"}, timeout=9)
    assert wrong.status_code == 401
    # A page that a user at this address visits is not the user.
    for headers in [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]:
        page = requests.post(server.url + "/asr", files={"audio_file": b""}, headers=headers, timeout=9)
        assert page.status_code == 401, headers


def test_each_dialect_tells_401_and_404_in_its_own_words():
    with Server(STENTOR_API_KEYS=KEY) as server:
        assert set(requests.post(server.url + "/v1/audio/transcriptions", timeout=9).json()) == {"error"}
        assert requests.post(server.url + "/v1/listen", timeout=9).json()["err_code"] == "INVALID_AUTH"
        assert requests.post(server.url + "/v1/listener", timeout=9).json()["error"]["code"] == "invalid_api_key"
        plain = requests.post(server.url + "/asr", timeout=9)
        assert plain.status_code == 401 and plain.headers["Content-Type"].startswith("text/plain")
        assert requests.post(server.url + "/transcribe-file", timeout=9).json()["error"]["code"] == "unauthorized"
        headers = {"Authorization": f"Token {KEY}"}
        for path in ["/v1/nothing", "/v1/listen/nothing", "/asr/nothing", "/nothing"]:
            answer = requests.get(server.url + path, headers=headers, timeout=9)
            assert answer.status_code == 404, path
