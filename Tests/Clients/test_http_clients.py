"""HTTP clients and load generators of other makers, and nginx in front."""

import getpass
import hashlib
import http.client
import json
import re
import subprocess
import threading
import time

import pytest
from conftest import free_port, tool, wait_for_port


def run(*command, seconds=120, status=0):
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout


def pattern(size):
    chunk = (bytes(range(251)) * 262)[:65536]
    return (chunk * (size // 65536 + 1))[:size]


def test_curl_uploads_by_either_framing(probe, tmp_path):
    data = pattern(5_000_000)
    (tmp_path / "f").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    plain = [tool("curl"), "-sf", "-T", str(tmp_path / "f"), f"{probe.url}/upload"]
    assert run(*plain).strip() == digest
    assert run(*plain, "-H", "Transfer-Encoding: chunked").strip() == digest
    assert run(*plain, "-H", "Expect: 100-continue").strip() == digest
    form = run(tool("curl"), "-sf", "-F", "a=b", "-F", f"file=@{tmp_path}/f", "-F", "c=d", f"{probe.url}/form")
    assert f"file f 5000000 {digest}" in form and form.startswith("a - 1 ") and "\nc - 1 " in form


def test_curl_resumes_and_takes_ranges(probe, tmp_path):
    data = pattern(1_000_000)
    out = tmp_path / "out"
    out.write_bytes(data[:400_123])
    run(tool("curl"), "-sf", "-C", "-", "-o", str(out), f"{probe.url}/blob?size=1000000")
    assert out.read_bytes() == data
    run(tool("curl"), "-sf", "-r", "-5", "-o", str(out), f"{probe.url}/blob?size=1000000")
    assert out.read_bytes() == data[-5:]
    many = subprocess.run([tool("curl"), "-sf", "-r", "0-0,999999-", f"{probe.url}/blob?size=1000000"],
                          capture_output=True).stdout
    assert b"Content-Range: bytes 0-0/1000000\r\n\r\n\x00\r\n--" in many


def test_curl_streams_events_and_chunks(probe):
    events = run(tool("curl"), "-sfN", f"{probe.url}/events")
    assert events.count("event: tick\n") == 100
    chunks = subprocess.run([tool("curl"), "-sf", f"{probe.url}/chunks?size=300000"], capture_output=True).stdout
    assert chunks == pattern(300_000)


def test_curl_over_tls_alone_speaks_1_2_and_1_3(secure_probe, certificate):
    base = [tool("curl"), "-sf", "--cacert", str(certificate / "chain.pem"),
            f"https://localhost:{secure_probe.port}/hello", "-o", "/dev/null", "-w", "%{http_version}"]
    assert run(*base, "--tls-max", "1.2") == "1.1"
    assert run(*base, "--tlsv1.3") == "1.1"
    run(*base, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", status=35)


def test_a_python_client_keeps_its_connection(probe):
    connection = http.client.HTTPConnection("127.0.0.1", probe.port)
    for _ in range(50):
        connection.request("GET", "/hello")
        response = connection.getresponse()
        assert json.loads(response.read()) == {"message": "hello, you"}
    local = connection.sock
    connection.request("POST", "/upload", body=iter([b"abc", b"def"]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().read().decode().strip() == hashlib.sha256(b"abcdef").hexdigest()
    assert connection.sock is local


def test_h2load_h1(probe):
    out = run(tool("h2load"), "--h1", "-n", "20000", "-c", "50", f"{probe.url}/hello")
    assert "20000 succeeded, 0 failed, 0 errored, 0 timeout" in out


def test_ab_with_and_without_keepalive(probe):
    for options in [["-k"], []]:
        out = run(tool("ab"), "-q", *options, "-n", "5000", "-c", "20", f"{probe.url}/hello")
        assert re.search(r"Failed requests:\s+0\n", out), out
        assert "Non-2xx" not in out


def test_wrk(probe):
    out = run(tool("wrk"), "-t1", "-c64", "-d2s", f"{probe.url}/hello")
    assert "Socket errors" not in out and "Non-2xx" not in out


@pytest.mark.parametrize("mode", ["-H", "-B", "-X"])
def test_slowhttptest_leaves_healthy_clients_alone(probe, mode):
    """1,000 slow clients; one that is not slow is answered within a second all the time."""
    path = {"-H": "/hello", "-B": "/upload", "-X": "/blob?size=10000000"}[mode]
    attack = subprocess.Popen(
        [tool("slowhttptest"), mode, "-c", "1000", "-r", "500", "-i", "2", "-l", "10", "-p", "3", "-s", "100000",
         "-w", "10", "-y", "20", "-n", "2", "-z", "32", "-k", "1", "-u", probe.url + path],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    slowest = 0
    asked = 0
    while attack.poll() is None:
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=5)
        connection.request("GET", "/hello")
        assert connection.getresponse().status == 200
        connection.close()
        slowest = max(slowest, time.monotonic() - start)
        asked += 1
        time.sleep(0.01)
    print(f"slowest of {asked} healthy answers: {slowest:.3f} s")
    assert asked > 50 and slowest < 1


def test_nginx_in_front(make_probe, tmp_path):
    """A reverse proxy over a Unix socket: bodies both ways, ranges, WebSockets, the client's address."""
    path = tmp_path / "s"
    server = make_probe("--unix", str(path))
    port = free_port()
    (tmp_path / "nginx.conf").write_text(f"""
        daemon off; user {getpass.getuser()}; pid {tmp_path}/pid; error_log {tmp_path}/error.log; worker_processes 1;
        events {{ worker_connections 256; }}
        http {{
            access_log off; client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy;
            fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/c;
            client_max_body_size 0;
            upstream probe {{ server unix:{path}; keepalive 8; }}
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    proxy_pass http://probe; proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off;
                    proxy_set_header Connection $http_connection; proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Host $http_host;
                }}
            }}
        }}""")
    nginx = subprocess.Popen([tool("nginx"), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
                             stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, nginx)
        url = f"http://127.0.0.1:{port}"
        assert run(tool("curl"), "-sf", f"{url}/address") == f"127.0.0.1 https 127.0.0.1:{port}"
        data = pattern(3_000_000)
        (tmp_path / "data").write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        assert run(tool("curl"), "-sf", "-T", str(tmp_path / "data"), f"{url}/upload").strip() == digest
        part = subprocess.run([tool("curl"), "-sf", "-r", "100-299", f"{url}/blob?size=1000"], capture_output=True)
        assert part.stdout == pattern(1000)[100:300]
        out = run(tool("h2load"), "--h1", "-n", "5000", "-c", "20", f"{url}/hello")
        assert "5000 succeeded, 0 failed" in out
        import asyncio

        from websockets.asyncio.client import connect

        async def echo():
            async with connect(f"ws://127.0.0.1:{port}/ws") as c:
                await c.send("x" * 100_000)
                assert await c.recv() == "x" * 100_000

        asyncio.run(echo())
    finally:
        nginx.terminate()
        nginx.wait(10)
        assert server.stop() == 0


def test_sigterm_lets_a_download_finish(make_probe):
    server = make_probe()
    result = {}

    def download():
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/blob?size=50000000")
        response = connection.getresponse()
        started.set()
        result["bytes"] = len(response.read())

    started = threading.Event()
    thread = threading.Thread(target=download)
    thread.start()
    assert started.wait(20)
    assert server.stop() == 0
    thread.join(20)
    assert result["bytes"] == 50_000_000


def test_descriptors_and_memory_stay(probe):
    """After all the above nothing is left open."""
    run(tool("h2load"), "--h1", "-n", "1000", "-c", "100", f"{probe.url}/hello")
    end = time.monotonic() + 30
    while probe.descriptors() > 30 and time.monotonic() < end:
        time.sleep(0.2)
    assert probe.descriptors() <= 30
