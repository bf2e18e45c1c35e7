"""Published files read from the simulated data centres, in the hands of programs of other makers."""

import hashlib
import random
import re
import subprocess

import pytest
import requests

from conftest import tool
from stentor_server import Server
from telegram_world import World, computed
from test_ranges import FILE, SEVERAL, SINGLE, SIZE, model

PUBLIC = "https://files.example"
# The most Telegram keeps of one file, less one byte.
LARGE = 4_194_304_000 - 1


@pytest.fixture(scope="module")
def world():
    with World() as running:
        yield running


@pytest.fixture(scope="module")
def server(world, tmp_path_factory):
    settings = world.settings | world.protocol(tmp_path_factory.mktemp("keys")) | {
        "STENTOR_PUBLIC_URL": PUBLIC, "TRANSCRIPTION_PROVIDER": "sphinx", "STENTOR_MAX_UPLOAD_MB": "5000"}
    with Server(**settings) as running:
        yield running


@pytest.fixture(autouse=True)
def quiet(world):
    world.control("reset")


numbers = iter(range(20_000, 30_000))


def publish(server, world, **fields):
    """The address of a file; `seed` and `size` make one of any size."""
    person = world.person(next(numbers))
    person._post(person.message(), fields.pop("files", None), **({"kind": "document", "mime": "application/x-noise"} | fields))
    shown = person.wait_text("/stream/")
    return server.url + re.search(rf"{PUBLIC}(/stream/\S+)", shown["text"])[1]


@pytest.fixture(scope="module")
def thousand(server, world):
    return publish(server, world, files={"file": ("thousand.bin", FILE)})


@pytest.fixture(scope="module")
def large(server, world):
    return publish(server, world, seed="7", size=str(LARGE), name="large.bin")


def fetch(url, value=None):
    return requests.get(url, headers={"Range": value} if value is not None else {}, timeout=120)


@pytest.mark.parametrize("value", SINGLE)
def test_single_ranges(thousand, value):
    answer = fetch(thousand, value)
    expected = model(value)
    if expected is None:
        assert (answer.status_code, answer.content) == (200, FILE)
    elif not expected:
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    else:
        (start, end), = expected
        assert (answer.status_code, answer.content) == (206, FILE[start:end])


@pytest.mark.parametrize("value", SEVERAL)
def test_several_ranges(thousand, value):
    answer = fetch(thousand, value)
    assert answer.status_code == 206
    for start, end in model(value):
        assert f"Content-Range: bytes {start}-{end - 1}/{SIZE}\r\n\r\n".encode() + FILE[start:end] in answer.content


@pytest.mark.parametrize("first,last", [
    (0, 0), (0, 1_048_576), (1_048_576, 2_097_152), (500_000, 1_548_575), (2_147_483_647, 2_147_483_648),
    (LARGE - 1, LARGE - 1), (LARGE - 100_000, LARGE - 1), (4_194_303, 4_194_304),
])
def test_ranges_of_four_gigabytes(world, large, first, last):
    answer = fetch(large, f"bytes={first}-{last}")
    assert answer.status_code == 206 and answer.headers["Content-Range"] == f"bytes {first}-{last}/{LARGE}"
    assert answer.content == computed(7, first, last + 1)
    assert world.state()["downloads"] == 0, "nothing comes by the Bot API"


FAULTS = [
    {"kind": "short"}, {"kind": "error", "code": 420, "text": "FLOOD_WAIT_1"}, {"kind": "error", "code": 500},
    {"kind": "error", "code": -503, "text": "Timeout"}, {"kind": "reset", "value": 5000}, {"kind": "new_salt"},
    {"kind": "duplicate"}, {"kind": "reorder"}, {"kind": "gzip"}, {"kind": "expire"}, {"kind": "wrong_key"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"] + str(fault.get("code", "")))
def test_a_fault_in_the_middle_changes_no_byte(world, large, fault):
    rng = random.Random(str(fault))
    start = rng.randrange(LARGE - 3_000_000)
    world.control("dcs/fault", **({"after": 1, "count": 2} | fault))
    answer = fetch(large, f"bytes={start}-{start + 2_500_000}")
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(computed(7, start, start + 2_500_001)).digest()


def test_connections_that_are_cut_are_made_again(world, large):
    with requests.get(large, headers={"Range": "bytes=100000000-"}, stream=True, timeout=60) as answer:
        got = b""
        for piece in answer.iter_content(65536):
            got += piece
            if len(got) < 200_000:
                world.control("dcs/drop")
            if len(got) > 3_000_000:
                break
    assert got == computed(7, 100_000_000, 100_000_000 + len(got))


def test_aria2_and_curl(server, world, tmp_path):
    url = publish(server, world, seed="9", size="30000001", name="thirty.bin")
    whole = hashlib.sha256(computed(9, 0, 30_000_001)).hexdigest()
    subprocess.run([tool("aria2c"), "-q", "-x8", "-s8", "-k1M", "-d", tmp_path, "-o", "a.bin", url], check=True, timeout=120)
    assert hashlib.sha256((tmp_path / "a.bin").read_bytes()).hexdigest() == whole
    subprocess.run([tool("curl"), "-sf", "-r", "0-9999999", "-o", tmp_path / "c.bin", url], check=True)
    subprocess.run([tool("curl"), "-sf", "-C", "-", "-o", tmp_path / "c.bin", url], check=True)
    assert hashlib.sha256((tmp_path / "c.bin").read_bytes()).hexdigest() == whole


# --- Batches


def test_a_batch_of_a_channel(server, world):
    channel = 1_555_000_111
    group = world.person(31_000, group=-1_000_000_000_000 - channel)
    sent = []
    for n in range(7):
        if n % 3 == 2:
            sent.append(group.say(f"words {n}"))
        else:
            sent.append(group._post(
                group.message(), kind="document", seed=str(100 + n), size=str(1_000_000 + n), name=f"part {n}.bin"))
    person = world.person(31_001)
    first, last = sent[0]["message_id"], sent[-1]["message_id"]
    person.say(f"/batch https://t.me/c/{channel}/{last} https://t.me/c/{channel}/{first} txt")
    done = person.wait_text("Done: 5 files", 60)
    assert "deleted or not for me: 2" in done["text"]
    lines = person.content(person.wait_document("files.txt")).split()
    assert len(lines) == 5
    for line, n in zip(lines, [0, 1, 3, 4, 6]):
        answer = fetch(line.replace(PUBLIC, server.url), "bytes=999000-")
        assert answer.content == computed(100 + n, 999_000, 1_000_000 + n)
    person.press(done, [b["callback_data"] for row in done["reply_markup"]["inline_keyboard"] for b in row if "m3u8" in b["callback_data"]][0])
    playlist = person.content(person.wait_document("files.m3u8"))
    assert playlist.startswith("#EXTM3U") and playlist.count("#EXTINF") == 5


def test_a_batch_goes_on_after_floods_and_a_restart(world, tmp_path):
    with World() as own:
        settings = own.settings | own.protocol(tmp_path) | {"STENTOR_PUBLIC_URL": PUBLIC}
        with Server(**settings) as server:
            channel = 1_555_000_222
            group = own.person(31_000, group=-1_000_000_000_000 - channel)
            sent = [group._post(group.message(), kind="document", seed=str(n), size="1000") for n in range(250)]
            own.control("dcs/fault", call="any", kind="error", code=420, text="FLOOD_WAIT_40", after=150, count=1)
            person = own.person(31_001)
            person.say(f"/batch t.me/c/{channel}/{sent[0]['message_id']} t.me/c/{channel}/{sent[-1]['message_id']} m3u8")
            person.wait_text("asks for a pause", 60)
            server.kill()
            server.start()
            person.wait_text("Done: 250 files", 60)
            assert person.content(person.wait_document("files.m3u8")).count("#EXTINF") == 250
            assert len([m for m in person.seen() if "document" in m]) == 1
