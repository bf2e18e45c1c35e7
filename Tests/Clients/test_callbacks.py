"""Callbacks: signed, repeated, in order, never lost, never sent where they must not go."""

import concurrent.futures
import datetime
import json
import random
import threading
import time

import pytest
import requests
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from callback_receiver import SECRET, Receiver, free_port, told, verify
from stentor_server import SAMPLE, Server, clip

QUICK = {
    "STENTOR_CALLBACK_SECRET": SECRET, "STENTOR_CALLBACK_ALLOWED": "127.0.0.0/8", "STENTOR_CALLBACK_TIMEOUT": "2",
    "STENTOR_CALLBACK_SCHEDULE": ",".join(["0.1"] * 100),
}


@pytest.fixture(scope="module")
def server():
    with Server(**QUICK) as running:
        yield running


def ask(server, url, file=SAMPLE, **fields):
    answer = server.transcribe("/transcribe-file", file, language="en", callback_url=url, **fields)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def pending(server):
    return sum("callback failed" in line for line in server.log)


def test_a_callback_carries_the_text_and_verifies(server):
    with Receiver() as receiver:
        job = ask(server, receiver.url)
        call = receiver.wait(1)[0]
        body = verify(call)
        assert body["type"] == "transcription.completed" and body["data"]["job_id"] == job
        assert body["data"]["result"]["full_text"].startswith("this is the first sentence")
        assert call["headers"]["webhook-id"].startswith("msg_") and call["headers"]["Content-Type"] == "application/json"


def test_words_are_told_where_they_were_asked_for(server):
    with Receiver() as receiver:
        ask(server, receiver.url, words="true")
        assert verify(receiver.wait(1)[0])["data"]["result"]["segments"][0]["words"][0]["word"] == "this"


def test_another_second_body_or_secret_does_not_verify(server):
    with Receiver() as receiver:
        ask(server, receiver.url)
        call = receiver.wait(1)[0]
    # What is older or newer than five minutes is refused even where its signature is right.
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    name, text = call["headers"]["webhook-id"], call["body"].decode()
    for shift, is_taken in [(0, True), (-290, True), (290, True), (-301, False), (301, False)]:
        moment = now + datetime.timedelta(seconds=shift)
        headers = {"webhook-id": name, "webhook-timestamp": str(int(moment.timestamp())),
                   "webhook-signature": Webhook(SECRET).sign(name, moment, text)}
        if is_taken:
            assert Webhook(SECRET).verify(text, headers)
        else:
            with pytest.raises(WebhookVerificationError):
                Webhook(SECRET).verify(text, headers)
    # Ours is what the library would have signed.
    sent = datetime.datetime.fromtimestamp(int(call["headers"]["webhook-timestamp"]), tz=datetime.timezone.utc)
    assert Webhook(SECRET).sign(name, sent, text) == call["headers"]["webhook-signature"]
    changed = bytes([call["body"][0] ^ 1]) + call["body"][1:]
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(changed, call["headers"])
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(call["body"], call["headers"])


def test_two_secrets_while_one_takes_the_place_of_the_other():
    other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    with Server(**QUICK | {"STENTOR_CALLBACK_SECRET": f"{SECRET},{other}"}) as server, Receiver() as receiver:
        ask(server, receiver.url)
        call = receiver.wait(1)[0]
        assert verify(call) == verify(call, other)


def test_a_failure_is_told_too(server, tmp_path):
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"nothing to hear" * 99)
    with Receiver() as receiver:
        ask(server, receiver.url, broken)
        body = verify(receiver.wait(1)[0])
        assert body["type"] == "transcription.failed" and body["data"]["error"]["code"] == "not_media"


def test_what_fails_is_sent_again_under_the_same_name_with_a_new_second(server):
    with Receiver(lambda number, *_: 500 if number < 3 else 204) as receiver:
        ask(server, receiver.url)
        receiver.wait(1)
        assert len(receiver.calls) == 4
        assert len({call["headers"]["webhook-id"] for call in receiver.calls}) == 1
        assert len({call["body"] for call in receiver.calls}) == 1
        for call in receiver.calls:
            verify(call)


def test_410_stops_and_retry_after_is_obeyed(server):
    with Receiver(lambda number, *_: 410) as receiver:
        ask(server, receiver.url)
        receiver.wait(1, calls=lambda: receiver.calls)
        ask(server, receiver.url)
        receiver.wait(2, calls=lambda: receiver.calls)
        time.sleep(1)
        assert len(receiver.calls) == 2
    with Receiver(lambda number, *_: (503, {"Retry-After": "2"}, b"") if number == 0 else 200) as receiver:
        ask(server, receiver.url)
        receiver.wait(1)
        first, second = receiver.calls
        assert second["at"] - first["at"] >= 1.9


def test_a_redirect_is_not_followed(server):
    with Receiver() as elsewhere:
        with Receiver(lambda number, *_: (302, {"Location": elsewhere.url}, b"")) as receiver:
            ask(server, receiver.url)
            receiver.wait(3, calls=lambda: receiver.calls)
        assert elsewhere.calls == []


def test_a_receiver_that_never_answers_or_answers_without_end_delays_nobody_else(server):
    gate = threading.Event()

    def hang(*_):
        gate.wait(20)
        return 200

    with Receiver(hang) as sleepy, Receiver(lambda *_: (200, {}, b"x" * 10_000_000)) as endless, Receiver() as well:
        for _ in range(10):
            ask(server, sleepy.url)
        started = time.monotonic()
        ask(server, endless.url)
        job = ask(server, well.url)
        assert told(well.wait(1)[0]) == job and time.monotonic() - started < 5
        endless.wait(1)
        time.sleep(0.5)
        assert len(endless.calls) == 1
        gate.set()


def test_delete_stops_them(server):
    with Receiver(lambda *_: 500) as receiver:
        job = ask(server, receiver.url)
        receiver.wait(2, calls=lambda: receiver.calls)
        assert server.delete(f"/job/{job}").status_code == 200
        time.sleep(0.5)
        count = len(receiver.calls)
        time.sleep(1)
        assert len(receiver.calls) == count


def test_a_user_in_the_address_becomes_a_header(server):
    with Receiver() as receiver:
        ask(server, receiver.url.replace("http://", "http://me:p%40ss@"))
        assert receiver.wait(1)[0]["headers"]["Authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/", "http://", "/relative", "http://a b/", "x" * 99])
def test_what_is_no_address_is_refused_at_once(server, address):
    answer = server.transcribe(language="en", callback_url=address)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "bad_address"


def test_private_machines_are_never_reached():
    listener = Receiver()
    port = listener.port
    hosts = ["127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "0x7f.1", "017700000001", "localhost", "[::1]",
             "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "10.0.0.1", "192.168.0.1", "[fc00::1]"]
    settings = {name: value for name, value in QUICK.items() if name != "STENTOR_CALLBACK_ALLOWED"}
    with listener, Server(**settings) as server:
        for host in hosts:
            ask(server, f"http://{host}:{port}/hook")
        end = time.monotonic() + 30
        while sum('"callback refused"' in line or '"callback given up"' in line for line in server.log) < 12:
            assert time.monotonic() < end, server.log[-3:]
            time.sleep(0.1)
        assert listener.calls == []


def test_deepgrams_callback_has_its_own_form(server):
    with Receiver() as receiver:
        answer = server.post(
            "/v1/listen", params={"callback": receiver.url, "callback_method": "put", "utterances": "true", "extra": "secret:x"},
            data=SAMPLE.read_bytes())
        assert answer.status_code == 200 and set(answer.json()) == {"request_id"}
        assert receiver.wait(1)[0]["method"] == "PUT"
        body = json.loads(receiver.wait(1)[0]["body"])
        assert body["metadata"]["request_id"] == answer.json()["request_id"]
        assert body["metadata"]["extra"] == {"secret": "x"} and body["results"]["utterances"]


def test_the_same_id_with_another_callback_conflicts(server):
    ask(server, "http://127.0.0.1:9/a", job_id="one-callback")
    again = server.transcribe(language="en", job_id="one-callback", callback_url="http://127.0.0.1:9/b")
    assert again.status_code == 409
    assert ask(server, "http://127.0.0.1:9/a", job_id="one-callback") == "one-callback"


def test_a_thousand_with_a_receiver_that_fails_half_and_dies_twice_and_a_killed_server(tmp_path):
    """950 jobs, 50 of which fail, are tried again and fail again: a thousand ends, each told, in order for each job."""
    chance = random.Random(7)
    receiver = Receiver(lambda *_: 500 if chance.random() < 0.5 else 200)
    receiver.close()
    with Server(tmp_path, **QUICK, QUEUE_MAX_WAITING_PER_USER="10000") as server:
        assert server.transcribe(language="en").status_code == 200
        failing = []
        for number in range(50):
            broken = tmp_path / f"broken-{number}.mp3"
            broken.write_bytes(f"nothing to hear {number} ".encode() * 50)
            failing.append(ask(server, receiver.url, broken))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            jobs = list(pool.map(lambda n: ask(server, receiver.url, job_id=f"job-{n}"), range(900)))
        for job in failing:
            server.wait(job)
            assert server.post(f"/job/{job}/retry").status_code == 202
        for job in failing:
            server.wait(job)
        receiver.open()
        receiver.wait(200)
        receiver.close()
        time.sleep(0.3)
        receiver.open()
        receiver.wait(400)
        server.kill()
        server.start()
        receiver.wait(600)
        receiver.close()
        time.sleep(0.3)
        receiver.open()
        names = lambda: {call["headers"]["webhook-id"] for call in receiver.delivered()}
        receiver.wait(1000, seconds=120, calls=names)
        order = {}
        for call in receiver.delivered():
            verify_body(call)
            name = call["headers"]["webhook-id"]
            order.setdefault(told(call), [])
            if name not in order[told(call)]:
                order[told(call)].append(name)
    receiver.close()
    assert sorted(order) == sorted(jobs + failing)
    assert all(len(order[job]) == 1 for job in jobs) and all(len(order[job]) == 2 for job in failing)
    for names in order.values():
        numbers = [int(name.rsplit("_", 1)[1]) for name in names]
        assert numbers == sorted(numbers)


def verify_body(call):
    """As the library does, at the second of the call: a long test may be longer than its tolerance."""
    assert Webhook(SECRET).verify(call["body"], call["headers"])["data"]
