"""Every secret that a server is given or makes is looked for in each line that it writes, and in what it answers."""

import subprocess

import requests

from stentor_server import SAMPLE, Server, programs
from test_keys import bearer

PLANTED = {
    "STENTOR_API_KEYS": "planted-key-of-a-client",
    "STENTOR_ADMIN_KEYS": "planted-key-of-the-operator",
    "STENTOR_CALLBACK_SECRET": "planted-secret-of-callbacks",
    "TELEGRAM_BOT_TOKEN": "1234567:planted-token-of-the-bot-abcdefghij",
    "TELEGRAM_API_HASH": "0123456789abcdef0123456789abcdef",
    "GROQ_API_KEY": "planted-key-of-groq",
    "DEEPGRAM_API_KEY": "planted-key-of-deepgram",
    "OPENAI_API_KEY": "planted-key-of-openai",
    "WEBHOOK_SECRET": "planted-secret-of-the-webhook",
}


def test_no_secret_is_written_or_answered(tmp_path):
    own = bearer(PLANTED["STENTOR_ADMIN_KEYS"])
    # Nobody listens on port 9: each service fails, and says so.
    nowhere = {name: "http://127.0.0.1:9" for name in ("GROQ_BASE_URL", "DEEPGRAM_BASE_URL", "OPENAI_BASE_URL", "TELEGRAM_API_BASE")}
    with Server(
        tmp_path, STENTOR_LOG_LEVEL="debug", TELEGRAM_API_ID="12345", QUEUE_MAX_RETRIES="0",
        STENTOR_PUBLIC_URL="http://127.0.0.1:1", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
        OTEL_EXPORTER_OTLP_HEADERS="authorization=planted-key-of-the-collector", STENTOR_DRAIN_SECONDS="1", **PLANTED, **nowhere,
    ) as server:
        said = ""
        for engine in ("groq", "deepgram", "openai", "sphinx"):
            with open(SAMPLE, "rb") as file:
                said += server.post(
                    "/transcribe-file", files={"file": file}, data={"engine": engine, "language": "en"}, headers=own).text
        made = server.post("/keys", json={"name": "x"}, headers=own).json()["key"]
        for path in ("/health", "/metrics", "/jobs", "/keys", "/cache/stats", "/ui/care/log", "/api/openapi.json", "/nowhere"):
            said += server.get(path, headers=own).text
            said += server.get(path, headers=bearer("a-wrong-key-of-somebody")).text
            said += server.get(path + "?key=" + PLANTED["STENTOR_API_KEYS"], headers=own).text
        session = requests.post(server.url + "/ui/session", json={"key": PLANTED["STENTOR_ADMIN_KEYS"]}, timeout=20)
        cookie = session.cookies.get("stentor_session", "no cookie was set")
        for words in (["jobs", "stats"], ["top", "--once"], ["doctor"]):
            done = subprocess.run(
                [programs() / "stentor", *words, *(["--server", server.url] if words[0] != "doctor" else [])],
                env={"STENTOR_DATA_DIR": str(tmp_path), "HOME": str(tmp_path)} | PLANTED | nowhere | {"TELEGRAM_API_ID": "12345"},
                cwd=tmp_path, capture_output=True, text=True, timeout=60)
            if words[0] == "top":
                assert done.returncode == 0 and "slots busy" in done.stdout, done.stderr
            said += done.stdout + done.stderr
        assert server.stop() == 0
    wrong = "a-wrong-key-of-somebody"
    secrets = [*PLANTED.values(), made, cookie, wrong, "planted-key-of-the-collector", PLANTED["TELEGRAM_BOT_TOKEN"].split(":")[1]]
    for secret in secrets:
        assert not any(secret in line for line in server.log), secret
        assert secret not in said.replace("?key=" + PLANTED["STENTOR_API_KEYS"], ""), secret
    assert secrets[-1] not in (tmp_path / "audit.log").read_text()
