"""Starts the probe server, and what stands in front of it, for the clients of other makers."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process, seconds=20):
    """Returns once something listens; fails when the process ends before that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"ended with {process.returncode} before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")


@pytest.fixture(scope="session")
def probe_binary():
    """HTTP_PROBE names a binary; otherwise a release build is made."""
    given = os.environ.get("HTTP_PROBE")
    if given:
        return given
    build = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", str(ROOT)]
    subprocess.run([*build, "--product", "http-probe"], check=True)
    path = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{path}/http-probe"


@pytest.fixture(scope="session")
def provider_program():
    """FAKE_PROVIDERS names a binary; otherwise a release build is made."""
    given = os.environ.get("FAKE_PROVIDERS")
    if given:
        return given
    build = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", str(ROOT)]
    subprocess.run([*build, "--product", "fake-providers"], check=True)
    path = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{path}/fake-providers"


class Probe:
    def __init__(self, binary, *arguments):
        self.port = free_port()
        self.process = subprocess.Popen([binary, "--port", str(self.port), *arguments], stdout=subprocess.PIPE)
        wait_for_port(self.port, self.process)
        self.url = f"http://127.0.0.1:{self.port}"

    def rss(self):
        """Kibibytes of memory in use."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


@pytest.fixture(scope="session")
def make_probe(probe_binary):
    return lambda *arguments: Probe(probe_binary, *arguments)


@pytest.fixture(scope="session")
def probe(make_probe):
    server = make_probe("--loops", "2")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "chain.pem")],
        check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def secure_probe(make_probe, certificate):
    server = make_probe("--certificate", str(certificate / "chain.pem"), str(certificate / "key.pem"))
    yield server
    assert server.stop() == 0


def tool(name):
    """The path of a program of another maker; a missing one is a failure of the set-up, not a reason to skip."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    assert path, f"{name} is not installed; Scripts/packages-http.txt lists its package"
    return path
