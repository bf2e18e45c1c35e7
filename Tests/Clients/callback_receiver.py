"""Somebody who is called back: fails, sleeps, goes away and comes back as a test wants."""

import http.server
import json
import socket
import threading
import time

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """Answers on one port for as long as it is open; what came is kept in the order in which it came."""

    def __init__(self, answer=lambda number, headers, body: 200, address="127.0.0.1"):
        self.address = address
        self.answer = answer
        self.calls = []
        self.lock = threading.Lock()
        self.port = 0
        self.server = None
        self.open()

    def open(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    number = len(outer.calls)
                    call = {"headers": dict(self.headers), "body": body, "path": self.path, "method": self.command, "at": time.time()}
                    outer.calls.append(call)
                answer = outer.answer(number, self.headers, body)
                call["answer"] = answer if isinstance(answer, int) else answer[0]
                status, fields, payload = (answer, {}, b"") if isinstance(answer, int) else answer
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_PUT = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Server((self.address, self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self):
        return f"http://{self.address}:{self.port}/hook"

    def delivered(self):
        with self.lock:
            return [call for call in self.calls if 200 <= call.get("answer", 0) < 300]

    def wait(self, count, seconds=60, calls=None):
        """Returns what was delivered, or what came, once there are so many."""
        calls = calls or self.delivered
        end = time.monotonic() + seconds
        while len(calls()) < count:
            assert time.monotonic() < end, f"{len(calls())} of {count}"
            time.sleep(0.02)
        return calls()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def verify(call, secret=SECRET):
    """What the call says, if the reference library takes its signature."""
    return Webhook(secret).verify(call["body"], call["headers"])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def told(call):
    return json.loads(call["body"])["data"]["job_id"]
