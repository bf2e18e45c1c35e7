"""Empty jobs through our queue and through Celery 5 on one Redis each time of the same kind: compare.py PROBE [JOBS]

Prints rates per worker, times of adding, bytes of 100,000 waiting jobs, and how soon a killed worker's job runs again.
Both are measured by turns, three times; ratios are of medians.
"""

import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import redis

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = 3
ENQUEUED = 1000
WAITING = 100_000
LEASE = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A Redis of its own; `always` is what promises need."""

    def __init__(self, sync="always"):
        self.folder, self.port = tempfile.mkdtemp(prefix="stentor-queue-"), free_port()
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", "",
             "--appendonly", "yes", "--appendfsync", sync, "--maxmemory-policy", "noeviction", "--logfile",
             f"{self.folder}/log"])
        self.client = redis.Redis(port=self.port)
        while True:
            try:
                self.client.ping()
                break
            except redis.exceptions.ConnectionError:
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def memory(self):
        return self.client.info("memory")["used_memory"]


def probe(program, server, *words):
    return subprocess.run(
        [program, str(server.port), *map(str, words)], capture_output=True, text=True, check=True).stdout


def ours(program, jobs, sync):
    """Milliseconds of adding (median, 99th percentile) and finished jobs a second of one worker with one slot."""
    with Server(sync) as server:
        words = probe(program, server, "enqueue", ENQUEUED, 1).split()
        probe(program, server, "enqueue", jobs, 50)
        probe(program, server, "work", 1, ENQUEUED)
        began = time.monotonic()
        probe(program, server, "work", 1, jobs)
        return float(words[1]), float(words[3]), jobs / (time.monotonic() - began)


def celery_app(server, visibility=3600):
    os.environ["QUEUE_URL"] = f"redis://127.0.0.1:{server.port}/0"
    os.environ["VISIBILITY"] = str(visibility)
    sys.path.insert(0, str(HERE))
    sys.modules.pop("celery_tasks", None)
    import celery_tasks
    return celery_tasks


def celery_worker(pool="prefork"):
    words = [
        sys.executable, "-m", "celery", "-A", "celery_tasks", "worker", "--concurrency", "1", "--pool", pool,
        "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"]
    return subprocess.Popen(
        words, cwd=HERE, env=dict(os.environ, C_FORCE_ROOT="1"), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)


def stop(worker, number=signal.SIGKILL):
    os.killpg(worker.pid, number)
    worker.wait()


def celery(jobs, sync):
    with Server(sync) as server:
        tasks = celery_app(server)
        tasks.nothing.delay("first")
        times = []
        for _ in range(ENQUEUED):
            began = time.perf_counter()
            tasks.nothing.delay("x")
            times.append(1000 * (time.perf_counter() - began))
        times.sort()
        for _ in range(jobs):
            tasks.nothing.delay("x")
        worker = celery_worker()

        def results():
            return server.client.dbsize()

        while results() < ENQUEUED // 2:
            time.sleep(0.05)
        first, began = results(), time.monotonic()
        while results() < first + jobs // 2:
            time.sleep(0.02)
        rate = (results() - first) / (time.monotonic() - began)
        stop(worker)
        tasks.app.close()
        return times[len(times) // 2], times[len(times) * 99 // 100], rate


def recovery(program):
    """Seconds from the death of a worker until its job is in other hands."""
    with Server() as server:
        probe(program, server, "enqueue", 1, 1)
        holder = subprocess.Popen(
            [program, str(server.port), "hold", str(LEASE)], stdout=subprocess.PIPE, text=True)
        holder.stdout.readline()
        holder.kill()
        began = time.monotonic()
        probe(program, server, "work", 1, 1)
        return time.monotonic() - began


def celery_recovery(visibility):
    with Server() as server:
        tasks = celery_app(server, visibility)
        log = pathlib.Path(server.folder) / "starts"
        tasks.sleepy.delay(str(log), 600)
        worker = celery_worker()
        while not log.exists() or len(log.read_text().split()) < 1:
            time.sleep(0.05)
        stop(worker)
        began, other = time.monotonic(), celery_worker()
        limit = visibility + 60
        while len(log.read_text().split()) < 2 and time.monotonic() - began < limit:
            time.sleep(0.1)
        seconds = time.monotonic() - began
        stop(other)
        tasks.app.close()
        return seconds if seconds < limit else None


def waiting(program):
    with Server("no") as server:
        probe(program, server, "enqueue", 1, 1)
        before = server.memory()
        probe(program, server, "enqueue", WAITING, 50)
        each = (server.memory() - before) / WAITING
        full = probe(program, server, "enqueue", ENQUEUED, 1).split()
    with Server("no") as server:
        empty = probe(program, server, "enqueue", ENQUEUED, 1).split()
    return each, float(empty[1]), float(full[1])


def main(program, jobs):
    each, empty, full = waiting(program)
    print(f"{WAITING} waiting: {each:.0f} bytes each; adding one more {full:.2f} ms, to an empty queue {empty:.2f} ms")
    for sync in ("always", "everysec"):
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(ours(program, jobs, sync))
            theirs.append(celery(jobs, sync))
        (p50, p99, rate), (p50c, p99c, ratec) = (
            [statistics.median(one[index] for one in many) for index in range(3)] for many in (mine, theirs))
        print(
            f"appendfsync {sync}: jobs a second of one worker {rate:.0f}, Celery {ratec:.0f}: {rate / ratec:.1f} times; "
            f"adding p50 {p50:.2f} ms, Celery {p50c:.2f}; p99 {p99:.2f} ms, Celery {p99c:.2f}: {p99 / p99c:.2f} of it")
    print(f"a killed worker's job runs again after {recovery(program):.1f} s (lease {LEASE} s)")
    again = celery_recovery(LEASE)
    text = f"{again:.1f} s" if again else "more than a minute later"
    print(f"Celery with visibility_timeout {LEASE} s: {text}; its default is 3600 s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
