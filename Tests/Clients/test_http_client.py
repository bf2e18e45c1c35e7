"""Our HTTP client against servers and proxies of other makers: HTTP/2, TLS and its faults, proxies. And what a scanner
says of our server's TLS."""

import asyncio
import pathlib
import re
import socket
import subprocess
import threading

import pytest

from conftest import Probe, free_port, wait_for_port
from stentor_server import programs

CONTENT = bytes(n % 251 for n in range(3_000_000))
SUM = 0
for _byte in CONTENT:
    SUM = (SUM * 31 + _byte) & 0xFFFFFFFF
EXPECTED = f"status=200 bytes={len(CONTENT)} sum={SUM}"


def fetch(*arguments):
    run = subprocess.run([programs() / "http-fetch", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    return run.stdout.strip()


def certificate(folder, name, days=2):
    """A certificate that signs itself, for one name."""
    key, chain = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", chain, "-days", str(days),
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1" if name == "localhost" else
         f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return key, chain


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("client")
    (path / "file.bin").write_bytes(CONTENT)
    return path


@pytest.fixture(scope="module")
def http2(folder):
    """nghttpd with TLS, and without."""
    key, chain = certificate(folder, "localhost")
    running = []
    ports = []
    for arguments in [[], ["--no-tls"]]:
        port = free_port()
        files = [] if arguments else [str(key), str(chain)]
        process = subprocess.Popen(
            ["nghttpd", "-d", str(folder), "--echo-upload", *arguments, str(port), *files],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(port, process)
        running.append(process)
        ports.append(port)
    yield ports[0], ports[1], chain
    for process in running:
        process.kill()
        process.wait()


def test_http2_by_negotiation_and_by_prior_knowledge(http2):
    secure, plain, chain = http2
    assert fetch("--ca", chain, f"https://localhost:{secure}/file.bin") == EXPECTED
    assert fetch("--version", "2-prior", f"http://127.0.0.1:{plain}/file.bin") == EXPECTED


def test_an_upload_of_unknown_length_over_http2(http2):
    secure, _, chain = http2
    assert re.match(r"status=200 bytes=1000000 ", fetch("--ca", chain, "--upload", 1_000_000, f"https://localhost:{secure}/"))


def test_certificates_that_are_not_trusted_or_of_another_name(http2, folder):
    secure, _, chain = http2
    _, stranger = certificate(folder, "example.org")
    assert fetch(f"https://localhost:{secure}/file.bin") == "error=security"
    assert fetch("--ca", stranger, f"https://localhost:{secure}/file.bin") == "error=security"
    assert fetch("--ca", chain, f"https://127.0.0.2:{secure}/file.bin") in ("error=security", "error=connection")


class Proxy:
    """A proxy for CONNECT and for plain requests, which counts what it is asked."""

    def __init__(self, refuses=False):
        self.asked = []
        self.refuses = refuses
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        async def main():
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            started.set()

        threading.Thread(target=lambda: (self.loop.run_until_complete(main()), self.loop.run_forever()), daemon=True).start()
        started.wait()

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].split(b" ")
        self.asked.append((method.decode(), target.decode()))
        if self.refuses:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return writer.close()
        if method == b"CONNECT":
            host, port = target.decode().rsplit(":", 1)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            host, port, path = re.match(rb"http://([^:/]+):(\d+)(/.*)", target).groups()
            host, port = host.decode(), port.decode()
        upstream, downstream = await asyncio.open_connection(host, int(port))
        if method != b"CONNECT":
            downstream.write(head.replace(target, path, 1))
        await asyncio.gather(self.pump(reader, downstream), self.pump(upstream, writer))

    async def pump(self, source, target):
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        except OSError:
            pass
        target.close()


def test_through_a_proxy_plain_and_by_a_tunnel(http2, probe_binary):
    secure, _, chain = http2
    probe = Probe(probe_binary)
    try:
        proxy = Proxy()
        address = f"http://127.0.0.1:{proxy.port}"
        assert fetch("--proxy", address, "--ca", chain, f"https://localhost:{secure}/file.bin") == EXPECTED
        assert proxy.asked == [("CONNECT", f"localhost:{secure}")]
        assert fetch("--proxy", address, f"{probe.url}/hello").startswith("status=200 ")
        assert proxy.asked[1:] == [("GET", f"{probe.url}/hello")]
        refusing = f"http://127.0.0.1:{Proxy(refuses=True).port}"
        assert fetch("--proxy", refusing, "--ca", chain, f"https://localhost:{secure}/file.bin").startswith("error=")
        assert fetch("--proxy", f"http://127.0.0.1:{free_port()}", f"{probe.url}/hello") == "error=connection"
    finally:
        probe.stop()


def test_a_scanner_finds_only_sound_tls(probe_binary, folder):
    key, chain = certificate(folder, "localhost")
    probe = Probe(probe_binary, "--certificate", str(chain), str(key))
    try:
        assert fetch("--ca", chain, f"https://localhost:{probe.port}/hello").startswith("status=200 ")
        found = subprocess.run(
            ["sslscan", "--no-colour", "--no-cipher-details", f"127.0.0.1:{probe.port}"], capture_output=True, text=True,
            timeout=120).stdout
    finally:
        probe.stop()
    for version in ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"]:
        assert re.search(rf"{version}\s+disabled", found), found
    for version in ["TLSv1.2", "TLSv1.3"]:
        assert re.search(rf"{version}\s+enabled", found), found
    assert "not vulnerable to heartbleed" in found and not re.search(r"(?<!not )vulnerable", found)
    accepted = re.findall(r"(?:Preferred|Accepted)\s+TLSv\S+\s+(\d+) bits\s+(\S+)", found)
    assert accepted and all(int(bits) >= 128 for bits, _ in accepted), found
    assert not [name for _, name in accepted if re.search("RC4|DES|NULL|EXP|MD5|anon", name)], accepted
