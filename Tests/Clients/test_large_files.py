"""Files over 20 MB: the bot reads them from the simulated data centres while it transcribes."""

import subprocess

import pytest

from stentor_server import SAMPLE, Server
from telegram_world import World

HEARD = "this is the first sentence"


@pytest.fixture(scope="module")
def world():
    with World() as running:
        yield running


@pytest.fixture(scope="module")
def protocol(world, tmp_path_factory):
    return world.protocol(tmp_path_factory.mktemp("keys"))


@pytest.fixture(autouse=True)
def quiet(world):
    world.control("reset")


def wide(folder, seconds=None):
    """The sample in far more bytes than it needs: eight channels of 192,000 floats a second."""
    path = folder / "wide.wav"
    length = ["-t", str(seconds)] if seconds else []
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(SAMPLE), *length, "-ar", "192000", "-ac", "8", "-c:a", "pcm_f32le", str(path)],
        check=True)
    return path


def test_a_file_of_60_megabytes_transcribes_through_the_data_centres(world, protocol, tmp_path):
    with Server(**world.settings, **protocol, TRANSCRIPTION_PROVIDER="sphinx") as server:
        person = world.person(700)
        path = wide(tmp_path)
        assert path.stat().st_size > 60_000_000
        person.send_local(path)
        person.wait_text(HEARD, 120)
        counts = world.counts()
        assert counts["getFile.4"] >= path.stat().st_size / (1 << 20)
        assert counts["importBotAuthorization"] == 1 and counts["importAuthorization"] == 1
        assert world.state()["downloads"] == 0, "nothing comes by the Bot API"
        assert server.stop() == 0

        server.start()
        world.control("reset")
        second = world.person(710)
        second.send_local(wide(tmp_path, 5))
        second.wait_document("transcript.txt", 120)
        counts = world.counts()
        assert "handshake" not in counts and "importBotAuthorization" not in counts, counts
        assert (server.folder / "telegram.keys").stat().st_mode & 0o777 == 0o600
        assert (server.folder / "telegram.secret").stat().st_mode & 0o777 == 0o600


def test_small_files_still_come_by_the_bot_interface(world, protocol):
    with Server(**world.settings, **protocol, TRANSCRIPTION_PROVIDER="sphinx"):
        person = world.person(701)
        person.send(SAMPLE)
        person.wait_text(HEARD)
        assert world.state()["downloads"] == 1 and "getFile" not in world.counts()


def test_faults_on_the_way_are_not_seen(world, protocol, tmp_path):
    with Server(**world.settings, **protocol, TRANSCRIPTION_PROVIDER="sphinx"):
        person = world.person(702)
        for fault in [
                {"kind": "error", "code": 420, "text": "FLOOD_WAIT_2", "after": 5}, {"kind": "reset", "value": 5000, "after": 9},
                {"kind": "expire", "after": 12}, {"kind": "move", "value": 2, "after": 16}, {"kind": "forget_key", "after": 20}]:
            world.control("dcs/fault", **fault)
        person.send_local(wide(tmp_path))
        person.wait_text(HEARD, 120)
        assert world.counts()["fault"] == 5


def test_without_an_account_of_the_interface_large_files_are_refused(world, tmp_path):
    with Server(**world.settings, TRANSCRIPTION_PROVIDER="sphinx"):
        person = world.person(703)
        person.send_local(wide(tmp_path))
        person.wait_text("larger than this bot can fetch")


def test_without_the_hash_nothing_starts(world):
    with pytest.raises(AssertionError, match="TELEGRAM_API_HASH"):
        with Server(**world.settings, TELEGRAM_API_ID="12"):
            pass
