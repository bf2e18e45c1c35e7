"""What other makers' dialects cost: dialects.py PROGRAMS

The processor time of answers from the cache in each dialect, as ratios to the own one in alternating rounds; how early
the first piece of a stream comes; processor time and seconds for a thousand callbacks.
"""

import json
import os
import pathlib
import sys
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))
os.environ["STENTOR_BIN_DIR"] = sys.argv[1]

from callback_receiver import SECRET, Receiver  # noqa: E402
from stentor_server import SAMPLE, Server, clip  # noqa: E402

ROUNDS, REQUESTS, CALLBACKS = 5, 100, 1000
SETTINGS = {
    "STENTOR_CALLBACK_SECRET": SECRET, "STENTOR_CALLBACK_ALLOWED": "127.0.0.0/8", "QUEUE_MAX_WAITING_PER_USER": "100000",
}


def processor(server):
    """Seconds of processor time of the server's own process."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def dialects(server):
    sound = SAMPLE.read_bytes()
    session = requests.Session()
    ask = {
        "own": lambda: session.post(
            server.url + "/transcribe-file", files={"file": sound}, data={"language": "en"}),
        "OpenAI, json": lambda: session.post(
            server.url + "/v1/audio/transcriptions", files={"file": sound},
            data={"language": "en", "model": "whisper-1"}),
        "OpenAI, verbose_json with words": lambda: session.post(
            server.url + "/v1/audio/transcriptions", files={"file": sound},
            data={"language": "en", "model": "whisper-1", "response_format": "verbose_json",
                  "timestamp_granularities[]": "word"}),
        "OpenAI, stream": lambda: session.post(
            server.url + "/v1/audio/transcriptions", files={"file": sound},
            data={"language": "en", "model": "whisper-1", "stream": "true"}),
        "Deepgram": lambda: session.post(
            server.url + "/v1/listen", params={"language": "en", "utterances": "true"}, data=sound),
        "/asr, srt": lambda: session.post(
            server.url + "/asr", params={"language": "en", "output": "srt"}, files={"audio_file": sound}),
    }
    spent = dict.fromkeys(ask, 0.0)
    for one in ask.values():
        assert one().status_code == 200
    for _ in range(ROUNDS):
        for name, one in ask.items():
            before = processor(server)
            for _ in range(REQUESTS):
                assert one().status_code == 200
            spent[name] += processor(server) - before
    for name, seconds in spent.items():
        each = seconds / (ROUNDS * REQUESTS) * 1000
        print(f"{name:34} {each:6.2f} ms of processor a request   {seconds / spent['own']:5.2f} x own")


def stream(server, folder):
    file = clip(folder, "long.wav", 120, repeats=12)
    started = time.monotonic()
    first, deltas = None, 0
    with requests.post(
            server.url + "/v1/audio/transcriptions", files={"file": file.read_bytes()}, stream=True,
            data={"language": "en", "model": "gpt-4o-transcribe", "stream": "true"}) as answer:
        for line in answer.iter_lines():
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            if event["type"] == "transcript.text.delta":
                first = first or time.monotonic() - started
                deltas += 1
    whole = time.monotonic() - started
    print(f"120 s of audio: first piece after {first:.1f} s, {deltas} pieces, whole after {whole:.1f} s")


def callbacks(server):
    with Receiver() as receiver:
        before, started = processor(server), time.monotonic()
        for _ in range(CALLBACKS):
            with open(SAMPLE, "rb") as opened:
                requests.post(
                    server.url + "/transcribe-file", files={"file": opened},
                    data={"language": "en", "callback_url": receiver.url})
        submitted, spent = time.monotonic() - started, processor(server) - before
        receiver.wait(CALLBACKS)
        print(
            f"{CALLBACKS} jobs from the cache, each with a callback: sent within {submitted:.1f} s, told within "
            f"{time.monotonic() - started:.1f} s, {(processor(server) - before) * 1000 / CALLBACKS:.2f} ms of processor "
            f"each, {spent * 1000 / CALLBACKS:.2f} of them until the last was sent")


with Server(**SETTINGS) as running, tempfile.TemporaryDirectory() as scratch:
    dialects(running)
    stream(running, pathlib.Path(scratch))
    callbacks(running)
