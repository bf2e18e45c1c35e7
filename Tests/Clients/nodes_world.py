"""Several nodes of one installation: a real Redis, an S3 server of another maker, servers and workers."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import boto3
import botocore.config

from conftest import free_port, wait_for_port
from stentor_server import Server, programs

BUCKET = "stentor-media"


class Redis:
    """A redis-server with a folder of its own."""

    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stentor-redis-"))
        self.port = free_port()
        self.options = options or ("--appendonly", "yes", "--appendfsync", "always")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "",
             *self.options], stdout=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Bucket:
    """moto's S3, which keeps everything in memory."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id="key", aws_secret_access_key="secret",
            region_name="us-east-1", config=botocore.config.Config(s3={"addressing_style": "path"}))
        self.client.create_bucket(Bucket=BUCKET)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self):
        return f"s3://{BUCKET}/media?endpoint={self.endpoint}"

    def names(self):
        return [item["Key"] for item in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(10)


class Worker(Server):
    """`stentor worker`: works, and listens nowhere."""

    def start(self, port=0, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
        environment |= {"STENTOR_DATA_DIR": str(self.folder), "STENTOR_LOG_FORMAT": "json"}
        environment |= self.settings | more
        self.log = []
        self.process = subprocess.Popen(
            [programs() / "stentor", "worker"], env=environment, cwd=self.folder, stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True)
        for line in self.process.stderr:
            self.log.append(line)
            if "stentor: working" in line:
                break
        else:
            raise AssertionError("".join(self.log))
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()


class World:
    """Redis and a bucket, and nodes between them."""

    def __init__(self, **settings):
        self.redis = Redis()
        self.bucket = Bucket()
        self.more = settings
        self.nodes = []

    @property
    def settings(self):
        return {
            "STENTOR_JOBS": "redis", "REDIS_URL": self.redis.url, "STENTOR_MEDIA": self.bucket.address,
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"} | self.more

    def door(self, **more):
        return self._add(Server(**(self.settings | {"QUEUE_MAX_WORKERS": "0"} | more)))

    def worker(self, **more):
        return self._add(Worker(**(self.settings | more)))

    def _add(self, node):
        self.nodes.append(node)
        return node

    def close(self):
        for node in self.nodes:
            node.close()
        self.redis.close()
        self.bucket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def until(condition, seconds=30):
    """What `condition` gives once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")
