"""Uploads in pieces (tus 1.0): tuspy as it comes, and clients that lie, leave, and come back after the server was killed.

STENTOR_UPLOAD_MB makes the two large files larger (64; by hand 2048), STENTOR_UPLOAD_CUTS the cuts more (12; by hand 50).
"""

import base64
import hashlib
import io
import os
import pathlib
import random
import socket
import threading
import urllib.parse

import pytest
import requests
from tusclient.client import TusClient

from stentor_server import SAMPLE, Server

MEGABYTE = 1 << 20
SIZE = int(os.environ.get("STENTOR_UPLOAD_MB", "64")) * MEGABYTE
CUTS = int(os.environ.get("STENTOR_UPLOAD_CUTS", "12"))
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


def begin(server, length, **fields):
    answer = server.post("/uploads", headers=TUS | {"Upload-Length": str(length)} | fields)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def patch(server, place, offset, body, **fields):
    return requests.patch(
        server.url + place, headers=PIECE | {"Upload-Offset": str(offset)} | fields, data=body, timeout=60)


def offset(server, place):
    answer = requests.head(server.url + place, headers=TUS, timeout=60)
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def sha1(body):
    return "sha1 " + base64.b64encode(hashlib.sha1(body).digest()).decode()


# Clients as they are


@pytest.mark.parametrize("checksum", [False, True])
def test_tuspy_uploads_and_the_file_is_transcribed(server, checksum):
    client = TusClient(server.url + "/uploads")
    uploader = client.uploader(
        str(SAMPLE), chunk_size=30_000, metadata={"filename": "naïve name.ogg"}, upload_checksum=checksum)
    uploader.upload()
    upload = uploader.url.rsplit("/", 1)[1]
    answer = server.post("/transcribe-file", data={"upload_id": upload})
    assert answer.status_code == 200, answer.text
    assert answer.json()["full_text"]
    promised = server.post("/transcribe-file", json={"upload_id": upload}, headers={"Prefer": "respond-async"})
    assert promised.status_code == 202, promised.text
    assert promised.json()["name"] == "naïve name.ogg"
    # The job has the file, whatever becomes of the upload.
    assert server.delete(f"/uploads/{upload}", headers=TUS).status_code == 204
    assert server.wait(promised.json()["job_id"])["status"] == "completed"
    assert server.post("/transcribe-file", data={"upload_id": upload}).status_code == 404


def test_an_upload_serves_other_dialects_too(server):
    place = begin(server, SAMPLE.stat().st_size)
    assert patch(server, place, 0, SAMPLE.read_bytes()).status_code == 204
    upload = place.rsplit("/", 1)[1]
    fields = {"model": (None, "whisper-1"), "upload_id": (None, upload)}
    openai = server.post("/v1/audio/transcriptions", files=fields)
    assert openai.status_code == 200, openai.text
    deepgram = server.post(f"/v1/listen?upload_id={upload}")
    assert deepgram.status_code == 200, deepgram.text
    asr = server.post("/asr", files={"upload_id": (None, upload)})
    assert asr.status_code == 200, asr.text
    heard = deepgram.json()["results"]["channels"][0]["alternatives"][0]["transcript"]
    assert openai.json()["text"].split() == heard.split() == asr.text.split() != []


def test_what_is_offered(server):
    answer = requests.options(server.url + "/uploads", timeout=10)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "expiration", "termination", "checksum"}
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
    assert int(answer.headers["Tus-Max-Size"]) == 4096 * 1_000_000


def test_a_page_of_another_origin_may_upload_when_it_is_allowed():
    with Server(STENTOR_CORS_ORIGINS="https://example.org", STENTOR_API_KEYS="k" * 20) as server:
        answer = requests.options(
            server.url + "/uploads/x", timeout=10,
            headers={"Origin": "https://example.org", "Access-Control-Request-Method": "PATCH"})
        assert answer.status_code == 204
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
        assert "Upload-Offset" in answer.headers["Access-Control-Allow-Headers"]


# Clients that are wrong


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"Upload-Length": "10"}, 412),
        (TUS, 400),
        ({"Tus-Resumable": "0.2.2", "Upload-Length": "10"}, 412),
        (TUS | {"Upload-Length": "-1"}, 400),
        (TUS | {"Upload-Length": "1e3"}, 400),
        (TUS | {"Upload-Length": "99999999999999999999"}, 400),
        (TUS | {"Upload-Length": str(4096 * 1_000_000 + 1)}, 413),
        (TUS | {"Upload-Defer-Length": "1"}, 400),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "filename !!"}, 400),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "a YQ==,a YQ=="}, 400),
        (TUS | {"Upload-Length": "1", "Upload-Metadata": "filename " + "YWFh" * 2000}, 400),
    ],
)
def test_a_beginning_that_is_wrong_is_refused(server, fields, status):
    answer = server.post("/uploads", headers=fields)
    assert answer.status_code == status, answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.json()["error"]["message"]


def test_lies_about_offset_and_length_change_nothing(server):
    place = begin(server, 10)
    assert patch(server, place, 0, b"abc").headers["Upload-Offset"] == "3"
    for claimed in (0, 2, 4, 10, 11):
        assert patch(server, place, claimed, b"x").status_code == 409
    assert patch(server, place, 3, b"12345678").status_code == 413
    assert patch(server, place, 3, (piece for piece in [b"1234", b"5678"])).status_code == 413
    assert patch(server, place, offset(server, place), b"x", **{"Content-Type": "text/plain"}).status_code == 415
    for wrong in ("", "-1", "0x3", "3.0"):
        assert patch(server, place, 3, b"x", **{"Upload-Offset": wrong}).status_code == 400
    assert offset(server, place) <= 10
    assert server.post("/transcribe-file", data={"upload_id": place.rsplit("/", 1)[1]}).status_code == 409


def test_what_was_chunked_beyond_the_length_leaves_no_more_than_the_length(server):
    place = begin(server, 10)
    answer = patch(server, place, 0, iter([b"12345", b"67890", b"more"]))
    assert answer.status_code == 413
    assert offset(server, place) == 10


def test_checksums(server):
    body = os.urandom(100_000)
    place = begin(server, len(body))
    assert patch(server, place, 0, body[:50_000], **{"Upload-Checksum": sha1(b"else")}).status_code == 460
    assert offset(server, place) == 0
    for wrong in ("sha1", "crc99 AAAA", "sha1 !!!!", "sha1 AAAA BBBB"):
        assert patch(server, place, 0, b"x", **{"Upload-Checksum": wrong}).status_code == 400, wrong
    assert patch(server, place, 0, body[:50_000], **{"Upload-Checksum": sha1(body[:50_000])}).status_code == 204
    digest = base64.b64encode(hashlib.sha256(body[50_000:]).digest()).decode()
    assert patch(server, place, 50_000, body[50_000:], **{"Upload-Checksum": "sha256 " + digest}).status_code == 204
    assert content(server, place) == body


def test_other_methods_by_their_name(server):
    place = begin(server, 3)
    answer = server.post(
        place, headers=PIECE | {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}, data=b"abc")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "3")
    answer = server.post(place, headers=TUS | {"X-HTTP-Method-Override": "GET"})
    assert answer.status_code == 405
    assert server.post(place, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert requests.head(server.url + place, headers=TUS, timeout=10).status_code == 404


def test_uploads_belong_to_their_key():
    keys = ["first key, twenty long", "other key, twenty long"]
    with Server(STENTOR_API_KEYS=",".join(key.replace(" ", "_").replace(",", "") for key in keys)) as server:
        first, other = ({"Authorization": "Bearer " + key.replace(" ", "_").replace(",", "")} for key in keys)
        assert server.post("/uploads", headers=TUS | {"Upload-Length": "3"}).status_code == 401
        place = begin(server, 3, **first)
        assert patch(server, place, 0, b"abc", **other).status_code == 404
        assert requests.head(server.url + place, headers=TUS | other, timeout=10).status_code == 404
        assert server.delete(place, headers=TUS | other).status_code == 404
        assert patch(server, place, 0, b"abc", **first).status_code == 204
        named = server.post("/transcribe-file", data={"upload_id": place.rsplit("/", 1)[1]}, headers=other)
        assert named.status_code == 404


def test_an_upload_that_lies_still_is_gone():
    with Server(STENTOR_UPLOAD_HOURS="0.01") as server:
        place = begin(server, 3)
        # The file's own time is what counts: it is set back instead of waiting.
        part = server.folder / "uploads" / (place.rsplit("/", 1)[1] + ".part")
        os.utime(part, (1, 1))
        note = part.with_suffix(".json")
        note.write_text(note.read_text().replace('"createdAt":', '"createdAt":1,"was":'))
        assert patch(server, place, 0, b"abc").status_code == 410
        begin(server, 3)
        assert not part.exists()


# Lines that break


def content(server, place):
    return (server.folder / "uploads" / (place.rsplit("/", 1)[1] + ".part")).read_bytes()


def cut(server, place, body, start, end):
    """Sends the head of a piece that goes to the end of the file, but bytes only up to `end`, and vanishes."""
    address = urllib.parse.urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), 60) as line:
        head = "".join(f"{name}: {value}\r\n" for name, value in PIECE.items())
        line.sendall(
            f"PATCH {place} HTTP/1.1\r\nHost: {address.netloc}\r\n{head}Upload-Offset: {start}\r\n"
            f"Content-Length: {len(body) - start}\r\n\r\n".encode())
        try:
            line.sendall(memoryview(body)[start:end])
        except OSError:
            return


def test_a_cut_every_megabyte(server):
    body = os.urandom(8 * MEGABYTE)
    place = begin(server, len(body))
    at = 0
    while at < len(body):
        cut(server, place, body, at, min(len(body), at + MEGABYTE))
        new = offset(server, place)
        assert at <= new <= at + MEGABYTE
        if new == at:
            # The piece that was cut may be read only now; then this one is at the wrong place, and asks again.
            assert patch(server, place, at, body[at : at + 1000]).status_code in (204, 409)
            new = offset(server, place)
        at = new
    assert content(server, place) == body


def test_two_clients_on_one_upload_leave_one_file(server):
    body = os.urandom(4 * MEGABYTE)
    place = begin(server, len(body))

    def send():
        at = 0
        while at < len(body):
            answer = patch(server, place, at, body[at : at + 200_000])
            assert answer.status_code in (204, 409), answer.status_code
            at = offset(server, place)

    clients = [threading.Thread(target=send) for _ in range(2)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert content(server, place) == body


def test_a_dead_line_does_not_keep_the_upload(server):
    body = os.urandom(MEGABYTE)
    place = begin(server, len(body))
    address = urllib.parse.urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), 60) as dead:
        head = "".join(f"{name}: {value}\r\n" for name, value in PIECE.items())
        dead.sendall(
            f"PATCH {place} HTTP/1.1\r\nHost: x\r\n{head}Upload-Offset: 0\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".replace("Host: x", f"Host: {address.netloc}").encode() + body[:1000])
        # What was still on its way may move the offset in between: then a client asks again.
        answered = 409
        while answered == 409:
            at = offset(server, place)
            assert at <= 1000
            answered = patch(server, place, at, body[at:]).status_code
        assert answered == 204
    assert content(server, place) == body


def test_large_files_cut_at_random_while_the_server_is_killed():
    generator = random.Random(7)
    with Server() as server:
        bodies = [b"".join(generator.randbytes(MEGABYTE) for _ in range(SIZE // MEGABYTE)) for _ in range(2)]
        places = [begin(server, len(body)) for body in bodies]
        sent = [0, 0]
        reached = [0, 0]
        stops = [sorted(generator.randrange(SIZE) for _ in range(CUTS)) + [SIZE] for _ in bodies]
        for turn in range(CUTS + 1):
            for index, body in enumerate(bodies):
                at = offset(server, places[index])
                # Nothing that had arrived is lost by a kill: only what was in the line is sent again.
                assert at >= reached[index]
                end = max(at, stops[index][turn])
                cut(server, places[index], body, at, end)
                sent[index] += end - at
                if turn % 3 == 1 and index == 0:
                    server.kill()
                    server.start()
                reached[index] = offset(server, places[index])
        for index, body in enumerate(bodies):
            at = offset(server, places[index])
            if at < SIZE:
                assert patch(server, places[index], at, io.BytesIO(memoryview(body)[at:])).status_code == 204
                sent[index] += SIZE - at
            digest = hashlib.sha256(body).hexdigest()
            path = server.folder / "uploads" / (places[index].rsplit("/", 1)[1] + ".part")
            with open(path, "rb") as stored:
                assert hashlib.file_digest(stored, "sha256").hexdigest() == digest
            # What was under way in the kernel when a line or the server died; never what was written.
            print(f"file {index + 1}: {SIZE} bytes, sent again {sent[index] - SIZE}")
