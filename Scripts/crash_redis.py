"""Kills Redis and workers under load and counts what became of the jobs: crash_redis.py PROGRAMS KILLS [SEED]

Two programs add jobs until each is acknowledged, two workers of four slots finish them; Redis (appendonly, appendfsync
always) and now and then a worker are killed with SIGKILL and started again. Every job that was acknowledged must end
once: acknowledged and lost 0, ends acknowledged twice 0.
"""

import collections
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import redis

LEASE = 2
PRODUCERS, WORKERS, CALLERS, SLOTS = 2, 2, 4, 4
LONGEST_WAIT = 180


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A child whose lines are collected."""

    def __init__(self, *words):
        self.lines = []
        self.process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.collect, daemon=True)
        self.reader.start()

    def collect(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


class Server:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.client = redis.Redis(port=self.port, socket_timeout=5)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", "",
             "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--logfile",
             f"{self.folder}/log"])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.client.ping():
                    return
            except redis.exceptions.RedisError:
                time.sleep(0.01)
        sys.exit("crash_redis: Redis does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


def words(programs, kind):
    return [line.split() for program in programs for line in program.lines if line.startswith(kind)]


def main(programs, kills, seed):
    probe, chance = pathlib.Path(programs) / "queue-probe", random.Random(seed)
    folder = tempfile.mkdtemp(prefix="stentor-crash-redis-")
    server = Server(folder)
    server.start()

    def worker():
        return Program(probe, server.port, "work", SLOTS, 0, LEASE)

    producers = [
        Program(probe, server.port, "add", 10_000_000 * index, 10_000_000, CALLERS) for index in range(PRODUCERS)]
    workers, ended, worker_kills = [worker() for _ in range(WORKERS)], [], 0
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 0.8))
        server.kill()
        if chance.random() < 0.3:
            victim = chance.randrange(WORKERS)
            workers[victim].kill()
            ended.append(workers[victim])
            workers[victim] = worker()
            worker_kills += 1
        server.start()
    for producer in producers:
        producer.kill()
    acknowledged = {parts[1] for parts in words(producers, "added ")}
    deadline = time.monotonic() + LONGEST_WAIT
    unfinished = None
    while time.monotonic() < deadline:
        lines = subprocess.run([probe, str(server.port), "count"], capture_output=True, text=True).stdout.split("\n")
        states = {line.split()[0]: int(line.split()[1]) for line in lines if line}
        unfinished = sum(states.get(state, 0) for state in ("queued", "running", "waiting"))
        if states and unfinished == 0:
            break
        time.sleep(0.2)
    for one in workers:
        one.kill()
    jobs = {key.decode() for key in server.client.hkeys("{stentor}:j")}
    results = server.client.eval("return #redis.call('KEYS', '{stentor}:r:*')", 0)
    told = collections.Counter(parts[1] for parts in words(workers + ended, "finished "))
    server.kill()
    lost, twice = acknowledged - jobs, [job for job, count in told.items() if count > 1]
    print(
        f"{kills} kills of Redis, {worker_kills} of workers; acknowledged {len(acknowledged)}, lost {len(lost)}, "
        f"unfinished {unfinished}; jobs {len(jobs)}, results {results}, ends acknowledged twice {len(twice)}")
    shutil.rmtree(folder)
    if lost or twice or unfinished or results != len(jobs) or not acknowledged:
        sys.exit("crash_redis: a promise was broken")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
