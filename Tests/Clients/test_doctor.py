"""`stentor doctor` looks at the disk, the clock and Telegram."""

import email.utils
import http.server
import os
import subprocess
import threading
import time

import pytest

from stentor_server import programs

TOKEN = "123456:the-token-of-a-bot-that-nobody-may-read"


def telegram(skew, is_known=True):
    """A Bot API that knows one bot, on a machine whose clock differs by so many seconds."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def date_time_string(self, timestamp=None):
            return email.utils.formatdate(time.time() + skew, usegmt=True)

        def do_GET(self):
            good = is_known and self.path == f"/bot{TOKEN}/getMe"
            body = b'{"ok":true,"result":{"id":1,"is_bot":true,"username":"a_bot"}}' if good else b'{"ok":false}'
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def doctor(folder, **settings):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("STENTOR_", "TELEGRAM_"))}
    done = subprocess.run(
        [programs() / "stentor", "doctor"], env=environment | {"STENTOR_DATA_DIR": str(folder)} | settings,
        cwd=folder, capture_output=True, text=True, timeout=60)
    assert TOKEN not in done.stdout + done.stderr
    lines = {line[8:34].strip(): (line[:8].strip(), line[34:]) for line in done.stdout.splitlines()}
    return done.returncode, lines


@pytest.mark.parametrize("skew, verdict, words", [
    (0, "ok", "agrees"), (3600, "note", "behind Telegram's"), (-3600, "note", "ahead of Telegram's")])
def test_a_clock_an_hour_off_is_told(tmp_path, skew, verdict, words):
    server = telegram(skew)
    _, lines = doctor(
        tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    assert lines["clock"][0] == verdict and words in lines["clock"][1], lines["clock"]
    assert lines["Telegram"] == ("ok", "the bot is @a_bot")
    assert "MB free" in lines["disk"][1]


def test_a_refused_token_and_a_telegram_that_is_not_there(tmp_path):
    server = telegram(0, is_known=False)
    base = f"http://127.0.0.1:{server.server_port}"
    code, lines = doctor(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE=base)
    assert code == 1 and lines["Telegram"][0] == "MISSING" and "refused" in lines["Telegram"][1]
    server.shutdown()
    server.server_close()
    code, lines = doctor(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE=base)
    assert code == 1 and "cannot be reached" in lines["Telegram"][1] and lines["clock"][0] == "note"


def test_without_a_bot_nothing_outside_is_asked(tmp_path):
    _, lines = doctor(tmp_path)
    assert "Telegram" not in lines and lines["clock"][0] == "note"
