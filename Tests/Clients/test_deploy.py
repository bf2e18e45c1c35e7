"""What deploy/ holds: checked by its own readers, and a server behind the nginx example."""

import os
import re
import ssl
import subprocess

import pytest
import requests
from websockets.sync.client import connect

from conftest import free_port, tool, wait_for_port
from stentor_server import ROOT, SAMPLE, Server, programs


def test_every_file_is_accepted_by_its_own_reader():
    done = subprocess.run([ROOT / "Scripts" / "check_deploy.sh"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def first_keys(server):
    text = "".join(server.log)
    return re.findall(r"^stentor: (stentor-[a-z0-9]+)$", text, re.MULTILINE)


def health(server):
    return subprocess.run(
        [programs() / "stentor", "health", "--server", server.url], capture_output=True, text=True,
        env={"HOME": str(server.folder), "PATH": os.environ["PATH"]})


def test_without_any_setting_a_key_is_made_and_shown_once(tmp_path):
    with Server(tmp_path, STENTOR_HOST="0.0.0.0", STENTOR_MAKE_FIRST_KEY="true") as server:
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        assert server.get("/jobs").status_code == 401
        assert server.post("/transcribe-file").status_code == 401
        assert health(server).returncode == 0
        [key] = first_keys(server)
        own = {"Authorization": f"Bearer {key}"}
        assert server.get("/metrics", headers=own).status_code == 200
        assert sum(key in line for line in server.log) == 1
        # The log that administrators read in the page does not hold it.
        assert key not in server.get("/ui/care/log", headers=own).text
        assert server.stop() == 0
        server.start()
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        assert first_keys(server) == []
        assert server.get("/jobs").status_code == 401
        assert server.get("/jobs", headers=own).status_code == 200
    assert health(server).returncode == 1
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path


def test_where_there_is_a_key_none_is_made(tmp_path):
    with Server(tmp_path, STENTOR_MAKE_FIRST_KEY="true", STENTOR_API_KEYS="a-key-of-the-settings") as server:
        assert first_keys(server) == []


def test_without_the_wish_an_open_door_is_refused(tmp_path):
    done = subprocess.run(
        [programs() / "stentor", "serve", "--host", "0.0.0.0", "--port", "0"], capture_output=True, text=True, cwd=tmp_path,
        env={"STENTOR_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}, timeout=30)
    assert done.returncode == 2 and "needs keys" in done.stderr


@pytest.fixture
def behind_nginx(tmp_path, certificate):
    """The example with this machine's ports and certificate."""
    port = free_port()
    folder = tmp_path / "nginx"
    folder.mkdir()
    (tmp_path / "data").mkdir()
    with Server(tmp_path / "data", STENTOR_TRUSTED_PROXIES="127.0.0.1", STENTOR_API_KEYS="the-key-behind-nginx") as server:
        text = (ROOT / "deploy" / "nginx" / "stentor.conf").read_text()
        text = text.replace("127.0.0.1:8511", server.url.split("//")[1])
        text = re.sub(r"listen \[::\]:443.*\n", "", text).replace("listen 443", f"listen 127.0.0.1:{port}")
        text = re.sub(r"/etc/letsencrypt/\S+/fullchain.pem", str(certificate / "chain.pem"), text)
        text = re.sub(r"/etc/letsencrypt/\S+/privkey.pem", str(certificate / "key.pem"), text)
        (folder / "stentor.conf").write_text(text)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; events {{}} http {{ access_log off; client_body_temp_path {folder}/body; "
            f"proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; "
            f"scgi_temp_path {folder}/s; include {folder}/stentor.conf; }}")
        nginx = subprocess.Popen([tool("nginx"), "-c", folder / "nginx.conf", "-e", folder / "error.log"])
        wait_for_port(port, nginx)
        yield server, f"https://localhost:{port}", str(certificate / "chain.pem")
        nginx.terminate()
        nginx.wait(20)


def test_behind_the_nginx_example(behind_nginx):
    server, url, chain = behind_nginx
    own = {"Authorization": "Bearer the-key-behind-nginx"}
    with open(SAMPLE, "rb") as file:
        answer = requests.post(
            url + "/transcribe-file", files={"file": file}, data={"language": "en"}, headers=own, verify=chain, timeout=120)
    assert answer.status_code == 200 and answer.json()["full_text"]
    assert requests.get(url + "/jobs", verify=chain, timeout=20).status_code == 401
    with open(SAMPLE, "rb") as file:
        job = requests.post(
            url + "/api/transcribe/async", files={"file": file}, data={"language": "en", "prompt": "anew"}, headers=own,
            verify=chain, timeout=60).json()["job_id"]
    context = ssl.create_default_context(cafile=chain)
    with connect(url.replace("https", "wss") + f"/ws/progress/{job}", ssl=context, additional_headers=own) as socket:
        last = [message for message in socket][-1]
    assert "progress" in last
    with requests.get(url + f"/job/{job}/events", headers=own, verify=chain, stream=True, timeout=60) as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        assert any(line.startswith(b"data:") for line in events.iter_lines())
    # nginx stands on this machine, so the monitor's rule lets it through; the server still wants its key.
    assert requests.get(url + "/metrics", headers=own, verify=chain, timeout=20).status_code == 403
    # The server knows the client's address from nginx, and believes nobody else.
    assert any('"address":"127.0.0.1"' in line for line in server.log)
