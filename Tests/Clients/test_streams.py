"""Published files in the hands of programs of other makers: players, download managers, a browser."""

import hashlib
import json
import os
import random
import re
import socket
import subprocess
import threading
import time

import pytest
import requests

from conftest import tool
from stentor_server import SAMPLE, Server
from telegram_world import World, button
from test_ranges import FILE, SEVERAL, SINGLE, SIZE, model

PUBLIC = "https://files.example"


@pytest.fixture(scope="module")
def world():
    with World() as running:
        yield running


@pytest.fixture(scope="module")
def server(world):
    settings = world.settings | {
        "STENTOR_PUBLIC_URL": PUBLIC, "TRANSCRIPTION_PROVIDER": "sphinx", "TELEGRAM_ADMINS": "1"}
    with Server(**settings) as running:
        yield running


@pytest.fixture(autouse=True)
def quiet(world):
    world.control("reset")


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    """Ninety seconds of picture and tone with its index at the end, and noise nobody can guess."""
    folder = tmp_path_factory.mktemp("media")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=640x360:r=25", "-f", "lavfi", "-i", "sine=440",
         "-t", "90", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "24", "-pix_fmt", "yuv420p", "-c:a", "aac",
         str(folder / "clip.mp4")], check=True)
    (folder / "noise.bin").write_bytes(random.Random(5).randbytes(15_000_001))
    return folder


counter = iter(range(10_000))


class Published:
    """The addresses that the bot told."""

    def __init__(self, server, world, path, **more):
        self.person = world.person(9000 + next(counter))
        more.setdefault("unique", f"published-{time.monotonic_ns()}")
        self.person.send(path, **({"kind": "document"} | more))
        self.shown = self.person.wait(lambda m: any("url" in b for row in buttons(m) for b in row))
        for row in buttons(self.shown):
            for one in row:
                for method in ["stream", "dl", "watch"]:
                    if f"/{method}/" in one.get("url", ""):
                        setattr(self, method, one["url"].replace(PUBLIC, server.url))


def buttons(message):
    return message.get("reply_markup", {}).get("inline_keyboard", [])


@pytest.fixture(scope="module")
def noise(server, world, media):
    return Published(server, world, media / "noise.bin", mime="application/x-noise")


@pytest.fixture(scope="module")
def clip(server, world, media):
    # Media is written down as ever; its links come by a button under the answer.
    person = world.person(8999)
    person.send(media / "clip.mp4", kind="document", mime="video/mp4", unique="clip", duration=90)
    answer = person.wait(lambda m: any("k:" in b.get("callback_data", "") for row in buttons(m) for b in row))
    person.press(answer, button(answer, "k:"))
    shown = person.wait(lambda m: any("url" in b for row in buttons(m) for b in row))
    urls = [b["url"].replace(PUBLIC, server.url) for row in buttons(shown) for b in row if "url" in b]
    return dict(zip(["stream", "dl", "watch"], urls))


@pytest.fixture(scope="module")
def thousand(server, world, tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "thousand.bin"
    path.write_bytes(FILE)
    return Published(server, world, path, unique="thousand")


# --- What the bot says


def test_details_and_buttons(server, world, tmp_path):
    path = tmp_path / "na\u00efve <b>.zip"
    path.write_bytes(b"z" * 14_230)
    published = Published(server, world, path, mime="application/zip")
    text = published.shown["text"]
    assert "14.2 kB · application/zip" in text and f"{PUBLIC}/stream/" in text
    assert "/na%C3%AFve%20%3Cb%3E.zip" in published.stream
    copied = [b["copy_text"]["text"] for row in buttons(published.shown) for b in row if "copy_text" in b]
    assert copied == [published.stream.replace(server.url, PUBLIC)]


def test_own_links_are_listed(server, world, tmp_path):
    path = tmp_path / "listed.bin"
    path.write_bytes(b"x" * 10)
    published = Published(server, world, path)
    published.person.say("/links")
    menu = published.person.wait_text("Your latest links")
    before = len(published.person.seen())
    published.person.press(menu, button(menu, "v:"))
    wait_for(lambda: len(published.person.seen()) > before)
    again = published.person.seen()[-1]
    assert again["text"] == published.shown["text"], "the same link, not another one"
    stranger = world.person(7700)
    stranger.say("/links")
    stranger.wait_text("You have no links")
    commands = {one["command"] for one in json.loads(json.dumps(world.state()["commands"]["en"]))}
    assert "links" in commands and "batch" not in commands


def test_addresses_that_telegram_takes_as_no_button_are_told_as_text(tmp_path):
    path = tmp_path / "local.bin"
    path.write_bytes(b"x" * 10)
    with World() as own, Server(**(own.settings | {"STENTOR_PUBLIC_URL": "http://localhost:8511"})) as server:
        person = own.person(1)
        person.send(path, kind="document", mime="application/zip")
        shown = person.wait_text("http://localhost:8511/stream/")
        assert button(shown, "r:") and not any("url" in one for row in buttons(shown) for one in row)


def test_protected_content_is_not_published(server, world, tmp_path):
    path = tmp_path / "secret.zip"
    path.write_bytes(b"z")
    person = world.person(8001)
    person.send(path, kind="document", mime="application/zip", has_protected_content=True)
    person.wait_text("protected by its sender")
    person.send(SAMPLE, unique="protected-voice", has_protected_content=True)
    answer = person.wait(lambda m: m.get("text", "").startswith("✅"))
    assert not any("k:" in b.get("callback_data", "") for row in buttons(answer) for b in row)


def test_a_photo_is_published(server, world, tmp_path):
    path = tmp_path / "p.jpg"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", path], check=True)
    published = Published(server, world, path, kind="document", mime="image/jpeg")
    answer = requests.get(published.stream)
    assert answer.headers["Content-Type"] == "image/jpeg" and answer.content == path.read_bytes()


# --- Ranges


def fetch(url, value=None, **fields):
    headers = dict(fields)
    if value is not None:
        headers["Range"] = value
    return requests.get(url, headers=headers, timeout=60)


@pytest.mark.parametrize("value", SINGLE)
def test_single_ranges(thousand, value):
    answer = fetch(thousand.stream, value)
    expected = model(value)
    if expected is None:
        assert (answer.status_code, answer.content) == (200, FILE)
    elif not expected:
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    else:
        (start, end), = expected
        assert (answer.status_code, answer.content) == (206, FILE[start:end])
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("value", SEVERAL)
def test_several_ranges(thousand, value):
    answer = fetch(thousand.stream, value)
    boundary = answer.headers["Content-Type"].partition("boundary=")[2]
    expected = b"".join(
        f"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Range: bytes {start}-{end - 1}/{SIZE}\r\n\r\n".encode() + FILE[start:end]
        for start, end in model(value)) + f"\r\n--{boundary}--\r\n".encode()
    assert (answer.status_code, answer.content) == (206, expected)


@pytest.mark.parametrize("fields,status", [
    ({"If-Range": "TAG"}, 206), ({"If-Range": "W/TAG"}, 200), ({"If-Range": '"other"'}, 200),
    ({"If-None-Match": "TAG"}, 304), ({"If-None-Match": "*"}, 304), ({"If-None-Match": '"other"'}, 206),
    ({"If-Match": "TAG"}, 206), ({"If-Match": '"other"'}, 412),
])
def test_conditions(thousand, fields, status):
    tag = requests.head(thousand.stream).headers["ETag"]
    fields = {name: value.replace("TAG", tag) for name, value in fields.items()}
    answer = fetch(thousand.stream, "bytes=0-4", **fields)
    assert answer.status_code == status
    assert answer.content == {206: FILE[:5], 200: FILE}.get(status, b"")


@pytest.mark.parametrize("first,last", [
    (0, 0), (0, 1_048_575), (0, 1_048_576), (0, 2_097_152), (1_048_576, 2_097_152), (500_000, 1_548_575),
    (65_535, 65_536), (14_999_999, 15_000_000), (1_048_575, 1_048_576), (4_194_304, 8_388_607),
])
def test_ranges_that_went_wrong_elsewhere(noise, media, first, last):
    content = (media / "noise.bin").read_bytes()
    assert fetch(noise.stream, f"bytes={first}-{last}").content == content[first:last + 1]


def test_random_ranges_are_right_while_the_source_fails(server, world, media):
    content = (media / "noise.bin").read_bytes()
    published = Published(server, world, media / "noise.bin", mime="application/x-noise")
    for _ in range(10):
        world.control("faults", method="file", kind="cut", code=200)
        world.control("faults", method="file", kind="status", code=500)
    rng = random.Random(1)
    for _ in range(300):
        first = rng.randrange(len(content))
        last = min(len(content) - 1, first + rng.choice([10, 5000, 400_000]))
        answer = fetch(published.stream, f"bytes={first}-{last}")
        assert hashlib.sha256(answer.content).digest() == hashlib.sha256(content[first:last + 1]).digest()


def test_a_size_that_lies_ends_the_connection_short(server, world, tmp_path):
    path = tmp_path / "liar.bin"
    path.write_bytes(bytes(range(256)) * 1000)
    published = Published(server, world, path, size=2_000_000)
    got = b""
    with pytest.raises(requests.exceptions.RequestException):
        with requests.get(published.stream, stream=True, timeout=60) as answer:
            assert answer.headers["Content-Length"] == "2000000"
            for piece in answer.iter_content(1000):
                got += piece
    assert path.read_bytes().startswith(got)
    assert fetch(published.stream, "bytes=1000000-").status_code == 502


def test_an_empty_file(server, world, tmp_path):
    path = tmp_path / "empty.bin"
    path.write_bytes(b"")
    published = Published(server, world, path)
    answer = fetch(published.stream)
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "0")
    assert fetch(published.stream, "bytes=0-").status_code == 416


def test_what_telegram_has_lost_is_said_with_a_status(server, world, tmp_path):
    path = tmp_path / "lost.bin"
    path.write_bytes(b"x" * 1000)
    published = Published(server, world, path)
    world.control("faults", method="getFile", kind="status", code=400,
                  text="Bad Request: wrong file_id or the file is temporarily unavailable")
    assert fetch(published.stream).status_code == 410
    assert fetch(published.stream).status_code == 200


# --- Links


def test_head_names_and_types(server, noise):
    head = requests.head(noise.dl)
    assert head.status_code == 200 and head.headers["Content-Length"] == "15000001" and head.content == b""
    assert head.headers["Content-Disposition"] == 'attachment; filename="noise.bin"'
    assert head.headers["Content-Type"] == "application/octet-stream"
    assert head.headers["X-Content-Type-Options"] == "nosniff"
    assert requests.head(noise.stream).headers["Content-Disposition"].startswith("inline")


def test_links_open_only_what_they_say(server, noise, thousand):
    link = noise.stream.split("/")[4]
    assert requests.get(f"{server.url}/dl/{link}/x").status_code == 404
    assert requests.get(f"{server.url}/watch/{link}").status_code == 404
    for position in range(0, len(link), 3):
        other = "A" if link[position] != "A" else "B"
        assert requests.get(f"{server.url}/stream/{link[:position]}{other}{link[position + 1:]}/x").status_code == 404
    for strange in ["x", "A" * 46, "A" * 5000, "%00", "..%2f..", ""]:
        assert requests.get(f"{server.url}/stream/{strange}/x").status_code in (400, 404, 414)
    # The name is for people: any will do.
    assert requests.head(f"{server.url}/stream/{link}/other.bin").status_code == 200
    assert requests.post(noise.stream).status_code == 405


def test_a_withdrawn_link_is_gone(server, world, tmp_path):
    path = tmp_path / "gone.bin"
    path.write_bytes(b"x" * 100)
    published = Published(server, world, path)
    assert fetch(published.stream).status_code == 200
    stranger = world.person(7777)
    data = button(published.shown, "r:")
    shown = requests.get(f"{server.url}/watch/{published.stream.split('/')[4]}")
    assert shown.status_code == 404 and shown.headers["Content-Type"].startswith("text/html")
    pressed = world.control("press", **{
        "from": stranger.sender, "chat": published.person.number, "message": published.shown["message_id"], "data": data})["id"]
    wait_for(lambda: world.state()["presses"].get(pressed) == "This is not yours.")
    assert fetch(published.stream).status_code == 200
    published.person.press(published.shown, data)
    wait_for(lambda: fetch(published.stream).status_code == 410)
    assert fetch(published.dl).status_code == 410
    published.person.wait_text("no longer work")


def test_links_expire(world, tmp_path):
    path = tmp_path / "short.bin"
    path.write_bytes(b"x" * 100)
    with World() as own:
        settings = own.settings | {"STENTOR_PUBLIC_URL": PUBLIC, "STENTOR_LINK_LIFETIME": "3s"}
        with Server(**settings) as server:
            published = Published(server, own, path)
            assert fetch(published.stream).status_code == 200
            wait_for(lambda: fetch(published.stream).status_code == 410)
            keys = server.folder / "link-keys"
            assert keys.stat().st_mode & 0o777 == 0o600


def test_links_survive_a_restart_and_need_no_key(world, tmp_path):
    path = tmp_path / "kept.bin"
    path.write_bytes(b"kept" * 100)
    with World() as own:
        settings = own.settings | {"STENTOR_PUBLIC_URL": PUBLIC, "STENTOR_API_KEYS": "a-long-random-api-key"}
        with Server(**settings) as server:
            published = Published(server, own, path)
            old = server.url
            assert fetch(published.stream).content == path.read_bytes()
            assert requests.get(f"{server.url}/jobs").status_code == 401
            assert server.stop() == 0
            server.start()
            assert fetch(published.stream.replace(old, server.url)).content == path.read_bytes()


def test_keys_change_and_are_withdrawn(tmp_path):
    path = tmp_path / "keyed.bin"
    path.write_bytes(b"x" * 10)
    with World() as own, Server(**(own.settings | {"STENTOR_PUBLIC_URL": PUBLIC})) as server:
        old = Published(server, own, path)
        keys = server.folder / "link-keys"
        first = keys.read_text()
        assert re.fullmatch(r"1:[0-9a-f]{64}\n", first)

        def restart(text):
            before = server.url
            assert server.stop() == 0
            keys.write_text(text)
            server.start()
            for one in [old, *fresh]:
                for method in ["stream", "dl"]:
                    setattr(one, method, getattr(one, method).replace(before, server.url))

        fresh = []
        restart(first + "2:" + "ab" * 32 + "\n")
        fresh.append(Published(server, own, path))
        assert fetch(old.stream).status_code == 200 and fetch(fresh[0].stream).status_code == 200
        restart("2:" + "ab" * 32 + "\n")
        assert fetch(old.stream).status_code == 404 and fetch(fresh[0].stream).status_code == 200
        assert keys.stat().st_mode & 0o777 == 0o600


def test_the_public_name_is_served_and_other_names_are_not(server, thousand):
    assert fetch(thousand.stream, Host="files.example").status_code == 200
    assert fetch(thousand.stream, Host="evil.example").status_code == 421


def test_no_link_is_logged(server, noise):
    fetch(noise.stream, "bytes=0-0")
    link = noise.stream.split("/")[4]
    wait_for(lambda: any('"/stream/' in line for line in server.log))
    assert not any(link in line for line in server.log)
    assert not any(token in line for line in server.log for token in ["simulated-token"])


def test_one_address_gets_so_many_connections(world, media):
    with World() as own:
        settings = own.settings | {
            "STENTOR_PUBLIC_URL": PUBLIC, "STENTOR_ADDRESS_CONNECTIONS": "2", "STENTOR_LINK_KBPS": "2000"}
        with Server(**settings) as server:
            published = Published(server, own, media / "noise.bin", mime="application/x-noise")
            begun = time.monotonic()
            open_ones = [requests.get(published.stream, stream=True) for _ in range(2)]
            refused = fetch(published.stream)
            assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
            for one in open_ones:
                one.close()
            wait_for(lambda: fetch(published.stream, "bytes=0-0").status_code == 206)
            got = fetch(published.stream, "bytes=0-7999999").content
            assert len(got) == 8_000_000 and time.monotonic() - begun > 1.5, "8 MB at 2 MB/s, two seconds of it at once"


def test_ten_viewers_are_one_download_and_figures_say_so(server, world, media):
    published = Published(server, world, media / "noise.bin", mime="application/x-noise")
    world.control("reset")
    results = []
    threads = [threading.Thread(target=lambda: results.append(len(fetch(published.stream).content))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [15_000_001] * 10
    assert world.state()["downloads"] <= 17, "the small first block, the rest of its MiB, and one for each further MiB"
    before = world.state()["downloads"]
    fetch(published.stream)
    assert world.state()["downloads"] - before < 5
    text = server.get("/metrics").text
    for name in ["stentor_stream_viewers", "stentor_stream_source_calls_total", "stentor_streams_total",
                 "stentor_streams_cached_total", "stentor_stream_bytes_total", "stentor_links_published_total",
                 "stentor_stream_first_byte_seconds_count", "stentor_stream_cache_bytes"]:
        assert re.search(rf"^{name}[ {{]", text, re.M), name


def wait_for(test, seconds=30):
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


# --- Programs of other makers


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_curl_resumes(noise, media, tmp_path):
    out = tmp_path / "noise.bin"
    subprocess.run([tool("curl"), "-sf", "-r", "0-4999999", "-o", out, noise.dl], check=True)
    subprocess.run([tool("curl"), "-sf", "-C", "-", "-o", out, noise.dl], check=True)
    assert digest(out) == digest(media / "noise.bin")


def test_curl_takes_the_name(noise, media, tmp_path):
    subprocess.run([tool("curl"), "-sf", "-OJ", noise.dl], check=True, cwd=tmp_path)
    assert digest(tmp_path / "noise.bin") == digest(media / "noise.bin")


def test_aria2_with_many_connections(noise, media, tmp_path):
    subprocess.run(
        [tool("aria2c"), "-q", "-x8", "-s8", "-k1M", "-d", tmp_path, "-o", "noise.bin", noise.dl], check=True, timeout=120)
    assert digest(tmp_path / "noise.bin") == digest(media / "noise.bin")


def test_ffprobe_finds_the_index_at_the_end(clip):
    shown = subprocess.run(
        [tool("ffprobe"), "-v", "error", "-show_format", "-of", "json", clip["stream"]], check=True, capture_output=True)
    assert abs(float(json.loads(shown.stdout)["format"]["duration"]) - 90) < 0.5


def test_ffmpeg_seeks(clip):
    shown = subprocess.run(
        [tool("ffmpeg"), "-v", "error", "-ss", "77", "-i", clip["stream"], "-t", "1", "-f", "null", "-"],
        capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0 and not shown.stderr


def test_mpv_plays_and_seeks(clip):
    shown = subprocess.run(
        [tool("mpv"), "--no-config", "--vo=null", "--ao=null", "--start=70", "--length=2", "--untimed",
         "--term-status-msg=at ${=time-pos}", clip["stream"]], capture_output=True, text=True, timeout=90)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    times = [float(value) for value in re.findall(r"at (\d+\.\d+)", shown.stdout + shown.stderr)]
    assert times and 69 < min(times) and max(times) > 71, shown.stdout


def test_vlc_plays_and_seeks(clip):
    # VLC does not run for root.
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    shown = subprocess.run(
        [*prefix, tool("vlc"), "-I", "dummy", "--no-dbus", "--vout=dummy", "--aout=dummy", "--start-time=60",
         "--run-time=3", "--play-and-exit", "-vv", clip["stream"]],
        capture_output=True, text=True, timeout=120, env={"HOME": "/tmp", "PATH": os.environ["PATH"]})
    said = shown.stdout + shown.stderr
    assert shown.returncode == 0, said[-3000:]
    assert "Received first picture" in said or "first frame" in said or "using video decoder" in said, said[-3000:]
    assert "HTTP 404" not in said and "cannot" not in said.lower().split("http")[-1][:200]


# --- The player's page


def test_the_page_asks_nothing_of_other_hosts(server, clip):
    page = requests.get(clip["watch"])
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    found = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert found and all(address.startswith("/") for address in found), found
    assert "<script>" not in page.text and " style=" not in page.text and " onclick=" not in page.text
    for address in found:
        assert requests.get(server.url + address.replace("&amp;", "&"), headers={"Range": "bytes=0-9"}).status_code in (200, 206)


def test_names_do_not_become_markup(server, world, tmp_path):
    path = tmp_path / "a<script>alert(1)<.mp3"
    path.write_bytes(b"ID3" + b"\0" * 100)
    person = world.person(8100)
    person.send(path, kind="audio", mime="audio/mpeg")
    answer = person.wait(lambda m: any("k:" in b.get("callback_data", "") for row in buttons(m) for b in row))
    person.press(answer, button(answer, "k:"))
    shown = person.wait(lambda m: any("/watch/" in b.get("url", "") for row in buttons(m) for b in row))
    watch = [b["url"] for row in buttons(shown) for b in row if "/watch/" in b.get("url", "")][0]
    assert "<script>alert" not in requests.get(watch.replace(PUBLIC, server.url)).text


def voice(server, world, unique, number):
    """A recording that nobody has transcribed yet, at its address."""
    person = world.person(number)
    person.send(SAMPLE, kind="document", mime="application/zip", unique=unique)
    shown = person.wait(lambda m: any("/stream/" in b.get("url", "") for row in buttons(m) for b in row))
    return person, shown


def test_a_document_is_transcribed_by_its_button(server, world):
    person, shown = voice(server, world, "zipped-voice", 8200)
    person.press(shown, button(shown, "t:"))
    person.wait_text("this is the first sentence")


def test_the_page_starts_a_transcription_and_shows_it(server, world):
    person = world.person(8300)
    person.say("/language en")
    person.wait_text("speech: en")
    person.send(SAMPLE, kind="audio", mime="audio/ogg", unique=f"watched-{time.monotonic_ns()}")
    answer = person.wait(lambda m: any("k:" in b.get("callback_data", "") for row in buttons(m) for b in row))
    person.press(answer, button(answer, "k:"))
    shown = person.wait(lambda m: any("/watch/" in b.get("url", "") for row in buttons(m) for b in row))
    watch = [b["url"] for row in buttons(shown) for b in row if "/watch/" in b.get("url", "")][0].replace(PUBLIC, server.url)
    state = requests.get(watch + "/transcript").json()
    if state["state"] == "none":
        assert requests.get(watch + "/subtitles.vtt").status_code == 404
        started = requests.post(watch + "/transcribe")
        assert started.status_code == 202 and started.json()["state"] in ("queued", "running", "done")
        assert requests.post(watch + "/transcribe").status_code == 202
    wait_for(lambda: requests.get(watch + "/transcript").json()["state"] == "done", 60)
    cues = requests.get(watch + "/transcript").json()["cues"]
    assert "first sentence" in " ".join(cue["text"] for cue in cues)
    track = requests.get(watch + "/subtitles.vtt")
    assert track.text.startswith("WEBVTT") and track.headers["Content-Type"].startswith("text/vtt")
    assert requests.post(watch + "/transcribe", headers={"Origin": "https://evil.example"}).status_code == 403


class Browser:
    """Chromium over its DevTools protocol (chromedevtools.github.io/devtools-protocol)."""

    def __init__(self, folder):
        from websockets.sync.client import connect
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self.process = subprocess.Popen(
            [tool("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--autoplay-policy=no-user-gesture-required", "--mute-audio", "--no-first-run", f"--user-data-dir={folder}",
             f"--remote-debugging-port={self.port}", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.is_ready, 60)
        page = [one for one in requests.get(f"http://127.0.0.1:{self.port}/json").json() if one["type"] == "page"][0]
        self.socket = connect(page["webSocketDebuggerUrl"], max_size=None, legacy=True)
        self.number = 0
        self.complaints = []
        for domain in ["Page", "Runtime", "Log"]:
            self.call(domain + ".enable")

    def is_ready(self):
        try:
            return any(one["type"] == "page" for one in requests.get(f"http://127.0.0.1:{self.port}/json", timeout=1).json())
        except requests.exceptions.RequestException:
            return False

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(30))
            if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                self.complaints.append(message["params"]["entry"]["text"] + " " + message["params"]["entry"].get("url", ""))
            if message.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(message["params"]))
            if message.get("id") == self.number:
                assert "error" not in message, message
                return message["result"]

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    running = Browser(tmp_path_factory.mktemp("browser"))
    yield running
    running.close()


def test_a_browser_plays_and_seeks(browser, clip):
    browser.call("Page.navigate", url=clip["watch"])
    wait_for(lambda: browser.run("document.querySelector('#player')?.readyState ?? 0") >= 1, 60)
    assert abs(browser.run("document.querySelector('#player').duration") - 90) < 0.5
    browser.run("document.querySelector('#player').play().then(() => true)")
    wait_for(lambda: browser.run("document.querySelector('#player').currentTime") > 0.5, 60)
    browser.run("document.querySelector('#player').currentTime = 80")
    wait_for(lambda: browser.run("document.querySelector('#player').currentTime") > 80.5, 60)
    assert browser.run("document.querySelector('#player').error") is None
    assert not browser.complaints, browser.complaints


def test_the_transcript_follows_and_leads_the_player(browser, server, world):
    person = world.person(8400)
    person.send(SAMPLE, kind="audio", mime="audio/ogg", unique=f"followed-{time.monotonic_ns()}")
    answer = person.wait(lambda m: any("k:" in b.get("callback_data", "") for row in buttons(m) for b in row))
    person.press(answer, button(answer, "k:"))
    shown = person.wait(lambda m: any("/watch/" in b.get("url", "") for row in buttons(m) for b in row))
    watch = [b["url"] for row in buttons(shown) for b in row if "/watch/" in b.get("url", "")][0].replace(PUBLIC, server.url)
    browser.call("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=3, mobile=True)
    browser.call("Page.navigate", url=watch)
    wait_for(lambda: browser.run("document.querySelector('#start') !== null && document.querySelector('#player')?.readyState >= 1"), 60)
    if not browser.run("document.querySelectorAll('#cues li').length"):
        wait_for(lambda: browser.run("document.querySelectorAll('#cues li').length > 0 || !document.querySelector('#start').hidden"))
        browser.run("document.querySelectorAll('#cues li').length > 0 || document.querySelector('#transcribe').click()")
    wait_for(lambda: browser.run("document.querySelectorAll('#cues li').length") > 0, 60)
    last = "[...document.querySelectorAll('#cues li button')].at(-1)"
    browser.run(f"{last}.click()")
    wait_for(lambda: browser.run(f"{last}.parentElement.classList.contains('now')"), 60)
    assert browser.run("document.querySelector('#player').currentTime") > 0.5 or browser.run("document.querySelectorAll('#cues li').length") == 1
    wait_for(lambda: browser.run("document.querySelector('#player').textTracks.length") == 1)
    wait_for(lambda: browser.run("document.querySelector('#player').textTracks[0].cues?.length ?? 0") > 0)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than a phone"
    assert not browser.complaints, browser.complaints
