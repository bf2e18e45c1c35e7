"""The server with services on the network behind it, which are fakes: the text comes from them, is paid once, and no
key appears anywhere."""

import subprocess

import pytest

from stentor_server import SAMPLE, Server, clip, programs
from test_providers import KEY, Fakes


@pytest.fixture(scope="module")
def fakes(provider_program):
    running = Fakes(provider_program)
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.fixture(scope="module")
def server(fakes):
    settings = {
        "GROQ_API_KEY": KEY, "GROQ_BASE_URL": f"{fakes.url}/groq/openai/v1", "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{fakes.url}/openai/v1", "DEEPGRAM_API_KEY": KEY,
        "DEEPGRAM_BASE_URL": f"{fakes.url}/deepgram", "QUEUE_RETRY_DELAY": "0"}
    with Server(**settings) as running:
        yield running


@pytest.mark.parametrize("service", ["groq", "deepgram", "openai"])
def test_each_service_by_name_and_the_second_time_from_the_cache(server, fakes, service):
    fakes.post(f"{service}/reset")
    first = server.transcribe(language="en", engine=service)
    assert first.status_code == 200, first.text
    assert first.json()["full_text"].startswith("word0 word1") and first.json()["engine"] == service
    again = server.transcribe(language="en", engine=service).json()
    assert again["cached"] is True and again["full_text"] == first.json()["full_text"]
    assert fakes.counters(service)["requests"] == 1


def test_without_an_installed_model_a_configured_service_is_what_auto_takes(server):
    assert server.transcribe(language="en").json()["engine"] == "groq"
    assert server.transcribe(language="id").status_code == 200


def test_a_service_that_fails_hands_over_to_the_next_and_to_an_engine_here(server, fakes, tmp_path):
    file = clip(tmp_path, "over.wav", 4, 1)
    fakes.script("groq", *["500"] * 20)
    answer = server.transcribe(file=file, language="en", engine="groq,deepgram")
    fakes.script("groq")
    assert answer.status_code == 200 and answer.json()["full_text"].startswith("word0"), answer.text


def test_an_estimate_sends_nothing_and_says_what_it_would_cost(server, fakes, tmp_path):
    fakes.post("groq/reset")
    answer = server.transcribe("/api/transcribe/estimate", clip(tmp_path, "e.wav", 60, repeats=6), language="en", engine="groq")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["engine"] == "groq" and abs(body["duration"] - 60) < 0.5 and body["parts"] >= 1
    assert body["estimated_cost"] > 0 and body["billed_seconds"] >= 10 and body["sent_bytes"] > 0
    assert fakes.counters("groq")["requests"] == 0
    here = server.transcribe("/api/transcribe/estimate", language="en", engine="sphinx").json()
    assert here["engine"] == "sphinx" and here["estimated_cost"] == 0 and here["sent_bytes"] == 0
    assert server.post("/api/transcribe/estimate", files={"file": ("x.mp3", b"hello " * 99)}).status_code == 415


def test_no_key_in_log_metrics_answers_or_command_lines(server, fakes, tmp_path):
    fakes.script("groq", "401")
    refused = server.transcribe(file=clip(tmp_path, "k.wav", 2), language="en", engine="groq")
    fakes.script("groq")
    said = refused.text + server.get("/metrics").text + server.get("/jobs").text + server.get("/health").text
    said += "".join(server.log)
    said += subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert KEY not in said
    for path in server.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
