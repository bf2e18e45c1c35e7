"""The fakes of Groq, Deepgram and OpenAI, checked by those services' own SDKs: what our drivers are tested against must
be what the world speaks."""

import json
import pathlib
import subprocess
import urllib.request

import deepgram
import groq
import openai
import pytest
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

from conftest import ROOT

KEY = "secret-key-0123456789"
SAMPLE = pathlib.Path(ROOT / "Samples/welcome.ogg")


class Fakes:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[-1]}"

    def post(self, path, body=b""):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/control/{path}", body, method="POST")).read()

    def script(self, service, *faults):
        self.post(f"{service}/faults", "\n".join(faults).encode())

    def counters(self, service):
        return json.load(urllib.request.urlopen(f"{self.url}/control/counters"))[service]


@pytest.fixture(scope="module")
def fakes(provider_program):
    fakes = Fakes(provider_program)
    yield fakes
    fakes.process.terminate()
    fakes.process.wait(10)


@pytest.fixture(autouse=True)
def fresh(fakes):
    for service in ("groq", "deepgram", "openai"):
        fakes.script(service)
        fakes.post(f"{service}/reset")


def groq_client(fakes, **options):
    return groq.Groq(api_key=KEY, base_url=f"{fakes.url}/groq", **options)


def openai_client(fakes, **options):
    return openai.OpenAI(api_key=KEY, base_url=f"{fakes.url}/openai/v1", **options)


def deepgram_client(fakes, key=KEY):
    environment = DeepgramClientEnvironment(
        base=f"{fakes.url}/deepgram", production=fakes.url, agent=fakes.url, agent_rest=fakes.url)
    return deepgram.DeepgramClient(api_key=key, environment=environment)


def test_groq_transcribes_with_words(fakes):
    answer = groq_client(fakes).audio.transcriptions.create(
        file=SAMPLE, model="whisper-large-v3", response_format="verbose_json", timestamp_granularities=["word"], language="en")
    assert answer.duration == pytest.approx(10.6, abs=0.1)
    assert answer.words[0]["word"] == "word0" and answer.words[1]["start"] == pytest.approx(0.5)
    assert fakes.counters("groq")["parameters"][0]["timestamp_granularities[]"] == ["word"]


def test_groq_translates(fakes):
    assert groq_client(fakes).audio.translations.create(file=SAMPLE, model="whisper-large-v3").text.startswith("word0")
    with pytest.raises(groq.BadRequestError):
        groq_client(fakes).audio.translations.create(file=SAMPLE, model="whisper-large-v3-turbo")


def test_groq_refuses_a_long_prompt_and_an_unknown_model(fakes):
    with pytest.raises(groq.BadRequestError):
        groq_client(fakes).audio.transcriptions.create(file=SAMPLE, model="whisper-large-v3", prompt="a" * 897)
    with pytest.raises(groq.BadRequestError):
        groq_client(fakes).audio.transcriptions.create(file=SAMPLE, model="nothing")


def test_groq_tries_again_after_429_and_500(fakes):
    fakes.script("groq", "429:1", "500")
    assert groq_client(fakes).audio.transcriptions.create(file=SAMPLE, model="whisper-large-v3").text
    assert fakes.counters("groq")["requests"] == 3


def test_both_meanings_of_413_have_their_codes(fakes):
    client = groq_client(fakes, max_retries=0)
    fakes.script("groq", "413:bytes", "413:seconds=7200")
    for code in ("request_too_large", "rate_limit_exceeded"):
        with pytest.raises(groq.APIStatusError) as caught:
            client.audio.transcriptions.create(file=SAMPLE, model="whisper-large-v3")
        assert caught.value.status_code == 413 and caught.value.body["error"]["code"] == code


@pytest.mark.parametrize("fault", ["cut-answer:20", "cut-upload:100"])
def test_a_broken_connection_is_one(fakes, fault):
    fakes.script("openai", fault)
    with pytest.raises(openai.APIConnectionError):
        openai_client(fakes, max_retries=0).audio.transcriptions.create(file=SAMPLE, model="whisper-1")


def test_a_provider_that_never_answers_times_out(fakes):
    fakes.script("openai", "never")
    with pytest.raises(openai.APITimeoutError):
        openai_client(fakes, max_retries=0, timeout=0.5).audio.transcriptions.create(file=SAMPLE, model="whisper-1")


def test_openai_in_every_format(fakes):
    client = openai_client(fakes)
    plain = client.audio.transcriptions.create(file=SAMPLE, model="whisper-1")
    assert plain.text.startswith("word0 word1")
    text = client.audio.transcriptions.create(file=SAMPLE, model="whisper-1", response_format="text")
    assert text.strip() == plain.text
    verbose = client.audio.transcriptions.create(
        file=SAMPLE, model="whisper-1", response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert verbose.words[0].word == "word0" and verbose.segments[0].text.startswith(" word0")


def test_a_wrong_key_is_401_everywhere(fakes):
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(api_key="no", base_url=f"{fakes.url}/openai/v1").audio.transcriptions.create(
            file=SAMPLE, model="whisper-1")
    with pytest.raises(groq.AuthenticationError):
        groq.Groq(api_key="no", base_url=f"{fakes.url}/groq").audio.transcriptions.create(
            file=SAMPLE, model="whisper-large-v3")
    with pytest.raises(ApiError) as caught:
        deepgram_client(fakes, "no").listen.v1.media.transcribe_file(request=SAMPLE.read_bytes())
    assert caught.value.status_code == 401


def test_deepgram_transcribes_with_speakers_and_utterances(fakes):
    answer = deepgram_client(fakes).listen.v1.media.transcribe_file(
        request=SAMPLE.read_bytes(), model="nova-3", diarize=True, utterances=True, detect_language=True,
        keyterm=["Stentor"])
    words = answer.results.channels[0].alternatives[0].words
    assert words[0].word == "word0" and {int(word.speaker) for word in words} == {0, 1}
    assert answer.results.utterances[0].transcript.startswith("word0")
    assert answer.metadata.duration == pytest.approx(10.6, abs=0.1)


def test_deepgram_errors(fakes):
    client = deepgram_client(fakes)
    fakes.script("deepgram", "402")
    with pytest.raises(ApiError) as caught:
        client.listen.v1.media.transcribe_file(request=SAMPLE.read_bytes(), model="nova-3")
    assert caught.value.body["err_code"] == "ASR_PAYMENT_REQUIRED"
    with pytest.raises(ApiError) as caught:
        client.listen.v1.media.transcribe_file(request=SAMPLE.read_bytes(), model="nova-2", keyterm=["x"])
    assert "category" in json.dumps(caught.value.body, default=vars)


def test_limits_of_bytes_and_seconds_are_kept(fakes):
    fakes.post("openai/behaviour?byteLimit=1000")
    with pytest.raises(openai.APIStatusError) as caught:
        openai_client(fakes, max_retries=0).audio.transcriptions.create(file=SAMPLE, model="whisper-1")
    assert caught.value.status_code == 413
    fakes.post("openai/behaviour?byteLimit=26214400")
    fakes.post("groq/behaviour?secondsPerHour=15")
    client = groq_client(fakes, max_retries=0)
    client.audio.transcriptions.create(file=SAMPLE, model="whisper-large-v3")
    with pytest.raises(groq.RateLimitError) as caught:
        client.audio.transcriptions.create(file=SAMPLE, model="whisper-large-v3")
    assert "ASPH" in caught.value.message and caught.value.response.headers["retry-after"] == "100"
    fakes.post("groq/behaviour?secondsPerHour=1000000")
