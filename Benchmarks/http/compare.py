"""CPU, throughput and memory of the server beside nginx, aiohttp and uvicorn+FastAPI, in alternated rounds.

    python3 compare.py BINARY [hello] [transfer] [idle] [slow] [loops] [mixed]

Absolute figures of a shared machine mean little: read the ratios, and CPU before wall time.
"""

import http.client
import json
import os
import re
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.abspath(sys.argv[1])
PARTS = sys.argv[2:] or ["hello", "transfer", "idle", "slow", "loops", "mixed"]
TICK = os.sysconf("SC_CLK_TCK")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = os.environ.get("WRK_SECONDS", "4")
GIB = 1 << 30
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, name, *options):
        self.name, self.port = name, free_port()
        if name == "stentor":
            command = [BINARY, "--port", str(self.port), *options]
        elif name == "nginx":
            self.folder = tempfile.mkdtemp()
            with open(f"{self.folder}/hello", "w") as f:
                f.write('{"message":"hello, you"}\n')
            os.chmod(self.folder, 0o755)
            with open(f"{self.folder}/nginx.conf", "w") as f:
                f.write(f"""daemon off; master_process off; worker_processes 1; pid {self.folder}/pid;
                    error_log /dev/null; events {{ worker_connections 8192; }}
                    http {{ access_log off; sendfile on; keepalive_requests 100000000; open_file_cache max=10;
                    default_type application/json; server {{ listen 127.0.0.1:{self.port} backlog=4096;
                    root {self.folder}; }} }}""")
            command = [shutil.which("nginx", path="/usr/sbin"), "-c", f"{self.folder}/nginx.conf"]
        else:
            command = [sys.executable, f"{HERE}/servers.py", name, str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        self.url = f"http://127.0.0.1:{self.port}"

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, key="VmRSS"):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(key):
                return int(line.split()[1])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def wrk(server, connections):
    start = server.cpu()
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", server.url + "/hello"],
        capture_output=True, text=True).stdout
    used = server.cpu() - start
    requests = int(re.search(r"(\d+) requests in", out)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return used / requests * 1e6, rate, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def hello():
    names = ["stentor", "nginx", "aiohttp", "uvicorn"]
    servers = {name: Server(name) for name in names}
    print("\n| /hello | connections | CPU us/request | requests/s | p99 ms |\n|---|---|---|---|---|")
    for connections in (64, 512):
        results = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in names:
                results[name].append(wrk(servers[name], connections))
        for name in names:
            cpu, rate, p99 = (statistics.median(column) for column in zip(*results[name]))
            print(f"| {name} | {connections} | {cpu:.1f} | {rate:,.0f} | {p99:.1f} |", flush=True)
    for server in servers.values():
        server.stop()


def loops():
    print("\n| /hello, loops | connections | CPU us/request | requests/s | p99 ms |\n|---|---|---|---|---|")
    servers = {count: Server("stentor", "--loops", str(count)) for count in (1, 2)}
    results = {count: [] for count in servers}
    for _ in range(ROUNDS):
        for count, server in servers.items():
            results[count].append(wrk(server, 64))
    for count in servers:
        cpu, rate, p99 = (statistics.median(column) for column in zip(*results[count]))
        print(f"| {count} | 64 | {cpu:.1f} | {rate:,.0f} | {p99:.1f} |", flush=True)
        servers[count].stop()


def transfer():
    names = ["stentor", "aiohttp", "uvicorn"]
    servers = {name: Server(name) for name in names}
    rows = {name: {"up": [], "down": []} for name in names}
    memory = {}
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        block = os.urandom(1 << 20)
        for _ in range(1024):
            file.write(block)
        file.flush()
        for _ in range(ROUNDS):
            for name in names:
                server = servers[name]
                before = server.memory()
                for key, command in (
                    ("up", ["curl", "-sf", "-T", file.name, "-H", "Expect:", server.url + "/upload"]),
                    ("down", ["curl", "-sf", "-o", "/dev/null", f"{server.url}/blob?size={GIB}"]),
                ):
                    cpu, start = server.cpu(), time.monotonic()
                    subprocess.run(command, check=True, capture_output=True)
                    rows[name][key].append((1024 / (time.monotonic() - start), server.cpu() - cpu))
                    if key == "up":
                        memory[name] = max(memory.get(name, 0), server.memory() - before)
    print("\n| 1 GiB | upload + SHA-256 MiB/s | CPU s | RSS growth KiB | download MiB/s | CPU s |\n|---|---|---|---|---|---|")
    for name in names:
        up, upcpu = (statistics.median(c) for c in zip(*rows[name]["up"]))
        down, downcpu = (statistics.median(c) for c in zip(*rows[name]["down"]))
        print(f"| {name} | {up:.0f} | {upcpu:.2f} | {memory[name]} | {down:.0f} | {downcpu:.2f} |", flush=True)
        servers[name].stop()


def idle():
    print("\n| 1,000 idle connections | KiB each |\n|---|---|")
    for name in ["stentor", "nginx", "aiohttp", "uvicorn"]:
        server = Server(name)
        warm = [request(server.port, "/hello") for _ in range(20)]
        before = server.memory()
        kept = [request(server.port, "/hello") for _ in range(1000)]
        print(f"| {name} | {(server.memory() - before) / 1000:.1f} |", flush=True)
        for s in warm + kept:
            s.close()
        server.stop()


def request(port, path):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    s.recv(4096)
    return s


def kernel_tcp():
    """MiB the kernel holds for TCP."""
    return int(re.search(r"TCP: .*mem (\d+)", open("/proc/net/sockstat").read())[1]) * 4096 / (1 << 20)


READER = """
import resource, selectors, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
port, count, seconds = (int(a) for a in sys.argv[1:4])
readers = []
for _ in range(count):
    s = socket.create_connection(("127.0.0.1", port), 30)
    s.sendall(b"GET /blob?size=2000000000&fresh=1 HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n")
    readers.append(s)
print("connected", flush=True)
start = time.monotonic(); got = 0; turn = 0
while time.monotonic() - start < seconds:
    # Every reader takes 24 KiB once a second.
    for s in readers:
        try: got += len(s.recv(24576, socket.MSG_DONTWAIT))
        except BlockingIOError: pass
    turn += 1
    time.sleep(max(0, start + turn - time.monotonic()))
print(got / 1024 / count / turn, flush=True)
"""


def probe(port, rate, seconds):
    """p99 and the slowest of /hello in ms, asked at a fixed rate over four connections; late questions count their wait."""
    times = []

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        begun = time.monotonic()
        for number in range(rate * seconds // 4):
            due = begun + number * 4 / rate
            time.sleep(max(0, due - time.monotonic()))
            connection.request("GET", "/hello")
            connection.getresponse().read()
            times.append((time.monotonic() - due) * 1000)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return times[int(len(times) * 0.99)], times[-1]


def slow():
    print("\n| 3,000 slow readers | RSS MiB | kernel TCP MiB | KiB/s each | /hello at 200/s beside, p99 ms | slowest ms"
          " | p99 of an idle server beside, ms |\n|---|---|---|---|---|---|---|")
    # The readers, their server and who asks share the processor: how late an idle server's answers come shows how
    # much of the wait is the machine's.
    bystander = Server("stentor")
    for name in os.environ.get("SLOW_SERVERS", "stentor uvicorn").split():
        server = Server(name)
        base = kernel_tcp()
        readers = subprocess.Popen([sys.executable, "-c", READER, str(server.port), "3000", "33"],
                                   stdout=subprocess.PIPE, text=True)
        readers.stdout.readline()
        time.sleep(8)
        floor, _ = probe(bystander.port, 200, 8)
        p99, worst = probe(server.port, 200, 8)
        rss, kernel = server.memory() / 1024, kernel_tcp() - base
        each = float(readers.stdout.readline())
        readers.wait()
        print(f"| {name} | {rss:.0f} | {kernel:.0f} | {each:.1f} | {p99:.1f} | {worst:.1f} | {floor:.1f} |", flush=True)
        server.stop()
    bystander.stop()


def mixed():
    """/hello while two uploads are hashed: shows that hashing is not on the loop."""
    print("\n| /hello beside two uploads | p99 ms | requests/s |\n|---|---|---|")
    server = Server("stentor")
    for busy in (False, True):
        uploads = [subprocess.Popen(
            ["curl", "-s", "--limit-rate", "200M", "-T", "/dev/zero", "-m", "7", server.url + "/upload"],
            stdout=subprocess.DEVNULL) for _ in range(2 if busy else 0)]
        time.sleep(1)
        _, rate, p99 = wrk(server, 8)
        for upload in uploads:
            upload.wait()
        print(f"| {'beside two' if busy else 'alone'} | {p99:.2f} | {rate:,.0f} |", flush=True)
    server.stop()


for part in PARTS:
    globals()[part]()
