"""Requests made from the description of the interface, good ones and bad ones: none is answered with a status that the
description does not name, and none breaks the server."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from stentor_server import Server

# Cases in all; SCHEMATHESIS_CASES raises it for long runs.
CASES = int(os.environ.get("SCHEMATHESIS_CASES", "2000"))
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")
KEY = "a key for schemathesis"
ADMIN = "an administrator for schemathesis"
CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "unsupported_method",
])


@pytest.fixture(scope="module")
def server():
    with Server(STENTOR_API_KEYS=KEY, STENTOR_ADMIN_KEYS=ADMIN, QUEUE_MAX_WAITING_PER_USER="100000") as running:
        yield running


def run(server, tmp_path, key, examples, *more):
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    # One worker: the parser of Python 3.11, which hypothesis uses, fails now and then when threads share it.
    done = subprocess.run(
        [program, "run", server.url + "/api/openapi.json", "--header", f"X-API-Key: {key}", "--checks", CHECKS,
         "--phases", "coverage,fuzzing", "--max-examples", str(examples), "--seed", SEED, "--workers", "1",
         "--suppress-health-check", "all", "--request-timeout", "60", "--warnings", "off", "--continue-on-failure",
         "--no-shrink", *more],
        capture_output=True, text=True, cwd=tmp_path, timeout=1800,
        env=os.environ | {"PYTHONPATH": str(pathlib.Path(__file__).parent), "SCHEMATHESIS_HOOKS": "schemathesis_hooks"})
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return int(re.search(r"(\d[\d,]*) generated", done.stdout).group(1).replace(",", ""))


def test_whatever_the_description_allows_and_what_it_does_not(server, tmp_path):
    operations = sum(len(methods) for methods in server.get("/api/openapi.json").json()["paths"].values())
    count = run(server, tmp_path, KEY, max(10, CASES // operations))
    assert count >= CASES, count
    assert server.get("/health").json()["status"] == "ok"
    assert server.process.poll() is None


def test_what_administrators_may(server, tmp_path):
    # Pausing the queue would make everything after it wait.
    run(server, tmp_path, ADMIN, 20, "--include-path-regex", "^/(api/)?(cache|jobs|metrics|gpu)", "--exclude-path",
        "/jobs/pause")
    server.post("/jobs/resume", headers={"X-API-Key": ADMIN})
    assert not [line for line in server.log if '"request failed"' in line]
