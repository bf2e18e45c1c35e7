"""Speaks to stentor-host as the server does, so that a host can be measured alone."""

import json
import os
import resource
import socket
import subprocess
import tempfile
import time


class Host:
    """One host process and the socket to it."""

    def __init__(self, programs: str, role: str):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        self.process = subprocess.Popen(
            [os.path.join(programs, "stentor-host"), role], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={}, pass_fds=(), preexec_fn=lambda: os.dup2(theirs.fileno(), 3), close_fds=False)
        theirs.close()

    def send(self, message: dict, descriptors=()) -> None:
        socket.send_fds(self.socket, [json.dumps(message).encode()], list(descriptors))

    def receive(self) -> dict:
        packet = self.socket.recv(1 << 17)
        if not packet:
            raise RuntimeError(f"the host ended with {self.process.wait()}")
        return json.loads(packet)

    def end(self) -> resource.struct_rusage:
        """Closes the socket and returns what the process used."""
        self.socket.close()
        _, _, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        return usage


def decode(host: Host, path: str, pcm: int) -> int:
    """Decodes a file with a media host that is ready; returns the number of samples."""
    with open(path, "rb") as media:
        options = {"keepsChannels": False, "maximumSeconds": 43200}
        extent = {"available": os.path.getsize(path), "isComplete": True}
        host.send({"decode": {"_0": options, "_1": extent}}, [media.fileno(), pcm])
    while True:
        reply = host.receive()
        if "finished" in reply:
            return reply["finished"]["samples"]
        if "failed" in reply:
            raise RuntimeError(reply["failed"]["_0"]["description"])


def media_host(programs: str) -> Host:
    host = Host(programs, "media")
    assert "ready" in host.receive()
    return host


def engine_host(programs: str, setup: dict) -> Host:
    host = Host(programs, "engine")
    base = {"model": "bench", "kind": "", "files": {}, "languages": [], "threads": 1, "memoryLimit": 8 << 30,
            "engineFolder": os.path.join(programs, "stentor-engines")}
    host.send({"load": {"_0": base | setup}})
    reply = host.receive()
    if "ready" not in reply:
        raise RuntimeError(str(reply))
    return host


SPHINX = {"engine": "sphinx", "model": "en-us", "files": {"folder": "/usr/share/pocketsphinx/model/en-us"}}


def nano(models: str, threads: int) -> dict:
    files = {role: os.path.join(models, name) for role, name in
             (("encoder", "encoder.onnx"), ("decoder", "decoder.onnx"), ("tokens", "tokens.txt"))}
    return {"engine": "sherpa", "model": "nano", "kind": "whisper-onnx", "files": files, "threads": threads}


def cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def run(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, int]:
    """Runs a program to its end: CPU seconds of it and all its children, wall seconds, exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    code = subprocess.run(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    wall = time.monotonic() - start
    return cpu(resource.getrusage(resource.RUSAGE_CHILDREN)) - cpu(before), wall, code


def ffmpeg(arguments: list[str]) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y"] + arguments, check=True)


def work_folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="stentor-bench-")


def median(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
