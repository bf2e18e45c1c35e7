"""The interface describes itself, and the description is true."""

import re
import subprocess

import pytest

from conftest import tool
from stentor_server import Server

KEY = "a key for the description"


@pytest.fixture(scope="module")
def server():
    with Server(STENTOR_API_KEYS=KEY) as running:
        yield running


def test_the_description_is_open_and_names_what_clients_use(server):
    answer = server.get("/api/openapi.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    description = answer.json()
    assert description["openapi"].startswith("3.1")
    for path, method in [
        ("/transcribe-file", "post"), ("/job/{id}", "delete"), ("/cache/clear", "post"), ("/api/openapi.json", "get"),
        ("/", "get"),
    ]:
        assert method in description["paths"][path], path
    identifiers = [one["operationId"] for methods in description["paths"].values() for one in methods.values()]
    assert len(identifiers) == len(set(identifiers))


def test_every_described_path_answers_and_open_means_open(server):
    for path, methods in server.get("/api/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            if method != "get" or "{" in path:
                continue
            answer = server.get(path)
            expected = (200,) if operation["security"] == [] else (401,)
            assert answer.status_code in expected, (path, answer.status_code)


def test_the_pages_need_no_other_host(server):
    for path in ["/api/docs", "/api/redoc"]:
        answer = server.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        for address in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
            assert address.startswith("/"), address
            assert server.get(address).status_code == 200
        assert "<script>" not in answer.text and "<style" not in answer.text


def test_a_browser_shows_every_operation(server):
    paths = server.get("/api/openapi.json").json()["paths"]
    count = sum(len(methods) for methods in paths.values())
    for path, buttons in [("/api/docs", count), ("/api/redoc", 0)]:
        shown = subprocess.run(
            [tool("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--virtual-time-budget=10000", "--dump-dom", server.url + path], capture_output=True, text=True, timeout=120)
        assert shown.stdout.count("<details>") == count, shown.stderr[-2000:]
        assert shown.stdout.count(">Send</button>") == buttons
        assert "Refused to" not in shown.stderr
