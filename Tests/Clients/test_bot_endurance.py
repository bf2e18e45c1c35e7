"""What takes long or is much, at a size that fits a quick check; by hand with the sizes that were asked for:

    STENTOR_OUTAGE=600 STENTOR_RETRY_AFTER=30 STENTOR_MANY=100 STENTOR_HOURS=3
"""

import os
import subprocess
import time

import pytest

from stentor_server import SAMPLE, Server
from telegram_world import World
from test_bot import HEARD, unique
from test_providers import KEY, Fakes


def size(name, usual):
    return float(os.environ.get(name, usual))


@pytest.fixture
def world():
    with World() as running:
        yield running


def settings(world, **more):
    return world.settings | {"TRANSCRIPTION_PROVIDER": "sphinx", "QUEUE_RATE_LIMIT_PER_USER": "3"} | more


def test_telegram_is_away_for_a_while(world, tmp_path):
    away = size("STENTOR_OUTAGE", 6)
    with Server(**settings(world)):
        person = world.person(185)
        person.send(unique(tmp_path, "m.wav"))
        world.control("faults", down=int(away))
        person.wait(lambda m: m.get("text", "").startswith("✅"), away + 90)
        person.wait_document("transcript.srt")
        assert len([m for m in person.seen() if m.get("text", "").startswith("✅")]) == 1


def test_a_long_retry_after_is_waited_out(world, tmp_path):
    pause = size("STENTOR_RETRY_AFTER", 3)
    with Server(**settings(world)):
        person = world.person(186)
        world.control("faults", method="sendMessage", kind="429", code=int(pause), chat=186)
        start = time.monotonic()
        person.send(unique(tmp_path, "r.wav"))
        person.wait(lambda m: m.get("text", "").startswith("✅"), pause + 60)
        assert time.monotonic() - start >= pause
        assert len([m for m in person.seen() if "text" in m]) == 1


def test_many_files_of_one_person_are_all_answered_once(world, tmp_path):
    count = int(size("STENTOR_MANY", 20))
    files = [unique(tmp_path, f"{index}.wav", 2.0) for index in range(count)]
    world.control("faults", pacing=False)
    with Server(**settings(world)):
        person = world.person(187)
        for file in files:
            person.send(file)
        end = time.monotonic() + 60 + 3 * count
        while time.monotonic() < end:
            answers = [m for m in person.seen() if m.get("text", "").startswith("✅")]
            if len(answers) >= count:
                break
            time.sleep(0.5)
        time.sleep(1)
        answers = [m for m in person.seen() if m.get("text", "").startswith("✅")]
        assert len(answers) == count
        assert all(HEARD[:11] in m["text"] for m in answers), [m["text"] for m in answers]


def test_a_long_recording_goes_through_a_service(world, provider_program, tmp_path):
    """Within the 20 MB that the Bot API hands out."""
    seconds = size("STENTOR_HOURS", 0.2) * 3600
    path = tmp_path / "long.ogg"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-stream_loop", "-1", "-i", SAMPLE, "-t", str(seconds), "-c:a", "libopus",
         "-b:a", "12k", "-ac", "1", path], check=True)
    assert path.stat().st_size <= 20_000_000
    fakes = Fakes(provider_program)
    try:
        fakes.post("groq/reset")
        with Server(**settings(
                world, TRANSCRIPTION_PROVIDER="groq", GROQ_API_KEY=KEY, GROQ_BASE_URL=f"{fakes.url}/groq/openai/v1",
                STENTOR_GROQ_SECONDS_PER_HOUR="100000", STENTOR_GROQ_SECONDS_PER_DAY="100000",
                STENTOR_GROQ_REQUESTS_PER_MINUTE="1000")):
            person = world.person(188)
            person.send(path, duration=int(seconds))
            person.wait(lambda m: m.get("text", "").startswith("✅"), 60 + seconds / 10)
            text = person.content(person.wait_document("transcript.txt"))
            words = text.split()
            assert len(words) > seconds / 2 and words[0].startswith("word0")
    finally:
        fakes.process.terminate()
        fakes.process.wait(10)
