"""Several machines: servers that only take requests, workers that only work, one queue between them."""

import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest
import requests
import websockets.sync.client

from nodes_world import Redis, Worker, World, until
from stentor_server import SAMPLE, Server, clip, programs


@pytest.fixture(scope="module")
def world():
    with World() as running:
        running.first, running.second = running.door(), running.door()
        running.hands = running.worker()
        yield running


def piece(folder, number, seconds=1.0):
    """Sound that nobody has sent before."""
    return clip(folder, f"{number}.wav", seconds + number * 0.003, (number % 60) / 10)


def accepted(answer):
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def promise(server, path, **fields):
    with open(path, "rb") as opened:
        return requests.post(
            server.url + "/api/transcribe/async", files={"file": opened}, data={"language": "en"} | fields, timeout=60)


def test_what_one_node_takes_another_computes_and_a_third_answers(world):
    first = world.first.transcribe(language="en", speakers="true")
    assert first.status_code == 200, first.text
    assert len(first.json()["full_text"]) > 20
    again = world.second.transcribe(language="en", speakers="true").json()
    assert again["cached"] is True and again["full_text"] == first.json()["full_text"]
    until(lambda: not world.bucket.names())


def test_a_promise_made_at_one_node_is_followed_and_read_at_another(world, tmp_path):
    job = accepted(promise(world.first, piece(tmp_path, 1, 6)))
    seen = []
    with websockets.sync.client.connect(f"{world.second.websocket}/ws/progress/{job}") as socket:
        for message in socket:
            seen.append(json.loads(message))
            if seen[-1]["stage"] in ("completed", "error"):
                break
    assert seen[-1]["stage"] == "completed", seen[-1]
    assert [step["progress"] for step in seen] == sorted(step["progress"] for step in seen)
    for node in (world.first, world.second):
        answer = node.get(f"/api/transcribe/async/{job}/result?format=srt")
        assert answer.status_code == 200 and "-->" in answer.text


def test_names_given_at_one_node_stand_in_what_another_shows(world):
    job = accepted(promise(world.first, SAMPLE, speakers="true"))
    world.second.wait(job)
    answer = requests.put(f"{world.first.url}/job/{job}/speakers", json={"SPEAKER_00": "Anna"}, timeout=10)
    assert answer.status_code == 200, answer.text
    assert "Anna" in world.second.get(f"/api/transcribe/async/{job}/result?format=srt").text


def test_cancelling_at_one_node_ends_the_work_of_another(world, tmp_path):
    job = accepted(promise(world.first, clip(tmp_path, "long.wav", 600, repeats=80)))
    until(lambda: world.second.get(f"/api/transcribe/async/status/{job}").json()["status"] == "processing")
    assert world.second.delete(f"/job/{job}").status_code in (200, 204)
    assert world.first.wait(job)["status"] == "cancelled"
    # The worker is free at once, not when its lease ends.
    began = time.monotonic()
    assert world.first.transcribe(file=piece(tmp_path, 2), language="en").status_code == 200
    assert time.monotonic() - began < 20


def test_the_same_request_sent_to_two_nodes_is_one_job(world, tmp_path):
    path = piece(tmp_path, 3, 3)
    answers = [promise(node, path, job_id="twice") for node in (world.first, world.second)]
    assert [answer.json()["job_id"] for answer in answers] == ["twice", "twice"], [answer.text for answer in answers]
    assert world.second.wait("twice")["status"] == "completed"
    jobs = [job for job in world.first.get("/jobs?limit=1000").json()["jobs"] if job["job_id"] == "twice"]
    assert len(jobs) == 1


def test_models_of_workers_are_offered_by_nodes_that_have_none_of_their_own(world, tmp_path):
    answer = world.first.transcribe(file=piece(tmp_path, 4), language="en", model="no-such-model")
    assert answer.status_code == 400 and "model" in answer.text.lower()
    answer = world.first.transcribe(file=piece(tmp_path, 4), language="en", engine="sphinx")
    assert answer.status_code == 200 and answer.json()["engine"] == "sphinx"


def test_a_worker_that_dies_loses_its_work_to_another_within_its_lease(world, tmp_path):
    job = accepted(promise(world.first, clip(tmp_path, "minutes.wav", 90, 1, repeats=12)))
    until(lambda: world.first.get(f"/api/transcribe/async/status/{job}").json()["status"] == "processing")
    world.hands.kill()
    died = time.monotonic()
    second = world.worker()
    until(lambda: any(job in line and "worker processing" in line for line in second.log), 40)
    assert time.monotonic() - died < 35
    assert world.first.wait(job, seconds=180)["status"] == "completed"
    world.hands = second


def test_a_redis_that_stops_is_told_within_five_seconds_and_used_again_within_ten(world, tmp_path):
    path = piece(tmp_path, 5)
    world.redis.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = promise(world.first, path)
        assert answer.status_code == 503 and answer.headers["Retry-After"], answer.text
        assert time.monotonic() - began < 5.5
    finally:
        world.redis.signal(signal.SIGCONT)
    healed = time.monotonic()
    until(lambda: promise(world.first, path).status_code == 202, 10)
    assert time.monotonic() - healed < 10


def test_a_bucket_that_stops_refuses_promises_and_is_used_again(world, tmp_path):
    path = piece(tmp_path, 6)
    world.bucket.process.send_signal(signal.SIGSTOP)
    try:
        answer = promise(world.first, path)
        assert answer.status_code in (503, 507), answer.text
    finally:
        world.bucket.process.send_signal(signal.SIGCONT)
    until(lambda: promise(world.first, path).status_code == 202, 30)


def test_a_key_opens_and_closes_all_nodes_at_once(tmp_path):
    with World(STENTOR_ADMIN_KEYS="common-key-for-tests") as closed:
        first, second = closed.door(), closed.door()
        head = {"Authorization": "Bearer common-key-for-tests"}
        made = requests.post(
            f"{first.url}/keys", json={"name": "guest"}, headers=head, timeout=10)
        assert made.status_code in (200, 201), made.text
        guest = {"Authorization": f"Bearer {made.json()['key']}"}
        until(lambda: second.get("/jobs", headers=guest).status_code == 200, 10)
        gone = requests.delete(f"{second.url}/keys/{made.json()['about']['id']}", headers=head, timeout=10)
        assert gone.status_code in (200, 204), gone.text
        until(lambda: first.get("/jobs", headers=guest).status_code == 401, 10)


@pytest.mark.parametrize(
    "options, why", [(("--save", ""), "append"), (("--appendonly", "yes", "--appendfsync", "everysec"), "fsync")])
def test_a_redis_that_may_forget_is_refused_with_the_reason_unless_that_is_accepted(world, options, why):
    forgetful = Redis(*options)
    try:
        settings = world.settings | {"STENTOR_JOBS": forgetful.url, "QUEUE_MAX_WORKERS": "0"}
        with pytest.raises(AssertionError) as refusal:
            Server(**settings)
        assert why in str(refusal.value).lower() and "STENTOR_ACCEPT_LOSS" in str(refusal.value)
        with Server(**settings, STENTOR_ACCEPT_LOSS="true") as accepted:
            assert accepted.get("/health").status_code == 200
    finally:
        forgetful.close()


def test_a_worker_without_anything_shared_says_what_it_needs(tmp_path):
    ended = subprocess.run(
        [programs() / "stentor", "worker"], capture_output=True, text=True, timeout=20,
        env={"STENTOR_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}, cwd=tmp_path)
    assert ended.returncode == 2 and "STENTOR_JOBS" in ended.stderr


def test_of_many_jobs_none_is_lost_and_none_is_doubled_while_workers_are_killed(tmp_path):
    """Two servers, three workers, and a worker killed every few seconds. NODE_JOBS says how many jobs (120)."""
    count, chance, kills = int(os.environ.get("NODE_JOBS", "120")), random.Random(7), []
    paths = [piece(tmp_path, number, 0.4) for number in range(count)]
    with World(QUEUE_MAX_RETRIES="10", QUEUE_RATE_LIMIT_PER_USER="1000") as crowd:
        doors = [crowd.door(), crowd.door()]
        workers = [crowd.worker() for _ in range(3)]
        promised, stop = [], threading.Event()

        def kill():
            while not stop.wait(chance.uniform(2, 5)):
                number = chance.randrange(3)
                workers[number].kill()
                kills.append(number)
                workers[number] = crowd.worker()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            for number, path in enumerate(paths):
                answer = promise(doors[number % 2], path, job_id=f"many-{number}")
                assert answer.status_code == 202, answer.text
                promised.append(answer.json()["job_id"])
            end = time.monotonic() + 240 + 2 * count
            states = {}
            while time.monotonic() < end:
                listed = doors[0].get("/jobs?limit=1000").json()["jobs"]
                states = {job["job_id"]: job["status"] for job in listed}
                if all(states.get(job) == "completed" for job in promised):
                    break
                time.sleep(1)
        finally:
            stop.set()
            killer.join()
        assert sorted(states) == sorted(promised), "lost or doubled"
        assert set(states.values()) == {"completed"}, [item for item in states.items() if item[1] != "completed"]
        for job in chance.sample(promised, 10):
            assert doors[1].get(f"/api/transcribe/async/{job}/result?format=txt").status_code == 200
        # What a worker had finished but not yet removed when it was killed is swept after a day.
        until(lambda: len(crowd.bucket.names()) <= len(kills), 70)
