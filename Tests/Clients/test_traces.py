"""Spans of one request, end to end, as a collector of OpenTelemetry receives them."""

import http.server
import json
import threading
import time

import pytest

from stentor_server import Server, clip

PLANTED = ["the-admin-key-of-this-server", "the-secret-of-the-collector", "what-somebody-asked", "a-name-of-a-file"]


class Collector:
    """Takes OTLP/HTTP in its JSON encoding."""

    def __init__(self, status=200):
        self.spans, self.requests = [], []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append((self.path, dict(self.headers), body))
                for resource in json.loads(body)["resourceSpans"]:
                    for scope in resource["scopeSpans"]:
                        collector.spans += scope["spans"]
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def wait_for(self, *names, seconds=60):
        end = time.monotonic() + seconds
        while not set(names) <= {span["name"] for span in self.spans}:
            assert time.monotonic() < end, [span["name"] for span in self.spans]
            time.sleep(0.05)


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.server.shutdown()


def test_one_request_from_its_head_to_its_text(collector, tmp_path):
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with Server(
        STENTOR_ADMIN_KEYS=PLANTED[0], OTEL_EXPORTER_OTLP_ENDPOINT=collector.url + "/",
        OTEL_EXPORTER_OTLP_HEADERS=f"authorization={PLANTED[1]}", OTEL_SERVICE_NAME="speech",
    ) as server:
        headers = {"Authorization": f"Bearer {PLANTED[0]}", "traceparent": f"00-{trace}-{parent}-01"}
        with open(clip(tmp_path, PLANTED[3] + ".wav", 4), "rb") as file:
            answer = server.post(
                "/transcribe-file", files={"file": (PLANTED[3] + ".wav", file)}, headers=headers,
                data={"language": "en", "prompt": PLANTED[2], "job_id": PLANTED[2]})
        assert answer.status_code == 200, answer.text
        text = answer.json()["full_text"]
        server.get(f"/job/{PLANTED[2]}", headers=headers)
        server.get(f"/{PLANTED[2]}", headers=headers)
        names = ["POST /transcribe-file", "wait in the queue", "transcription", "open the media", "recognise", "GET /job", "GET other"]
        collector.wait_for(*names)
        # What is still waiting goes before the end.
        server.get("/health", headers=headers)
        assert server.stop() == 0
    collector.wait_for("GET /health", seconds=1)
    spans = {span["name"]: span for span in collector.spans}
    assert all(spans[name]["traceId"] == trace for name in names)
    request = spans["POST /transcribe-file"]
    assert request["parentSpanId"] == parent and request["kind"] == 2
    assert spans["transcription"]["parentSpanId"] == request["spanId"]
    assert spans["wait in the queue"]["parentSpanId"] == request["spanId"]
    for name in ("open the media", "recognise"):
        assert spans[name]["parentSpanId"] == spans["transcription"]["spanId"]
        assert int(spans[name]["startTimeUnixNano"]) <= int(spans[name]["endTimeUnixNano"])
    now = time.time()
    assert abs(int(request["endTimeUnixNano"]) / 1e9 - now) < 120
    assert len({span["spanId"] for span in collector.spans}) == len(collector.spans)
    attributes = {entry["key"]: entry["value"] for entry in spans["transcription"]["attributes"]}
    assert attributes["stentor.outcome"] == {"stringValue": "succeeded"} and "stentor.engine" in attributes
    path, fields, _ = collector.requests[0]
    assert path == "/v1/traces" and fields["Content-Type"] == "application/json"
    assert {name.lower(): value for name, value in fields.items()}["authorization"] == PLANTED[1]
    bodies = b"".join(body for _, _, body in collector.requests).decode()
    for secret in [*PLANTED, text, text.split()[0] + " " + text.split()[1]]:
        assert secret not in bodies, secret
    for line in server.log:
        assert PLANTED[0] not in line and PLANTED[1] not in line


def test_a_collector_that_refuses_costs_nothing_but_spans(tmp_path):
    refusing = Collector(status=503)
    with Server(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=refusing.url + "/own/path") as server:
        assert server.transcribe(file=clip(tmp_path, "a.wav", 3), language="en").status_code == 200
        refusing.wait_for("transcription")
        assert refusing.requests[0][0] == "/own/path"
        assert 'stentor_spans_total{result="dropped"}' in server.get("/metrics").text
        assert server.stop() == 0
    refusing.server.shutdown()
