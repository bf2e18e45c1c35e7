"""Files sent to a simulated provider: providers.py PROGRAMS SAMPLE ENGINES [overlap|users|large]…

The provider answers after 80 ms and as many seconds as the audio takes at 40 times real time; the source gives 20 MB/s.
The sequential way, in the same run: fetch the whole, `ffmpeg` to a file, send that, wait.
"""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

KEY = "secret-key-0123456789"
RATE = 20_000_000
SPEED = 40


class Provider:
    def __init__(self, programs):
        self.process = subprocess.Popen([os.path.join(programs, "fake-providers")], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[-1]}"
        self.post(f"openai/behaviour?roundTrip=0.08&speed={SPEED}")

    def post(self, path):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/control/{path}", b"", method="POST")).read()


def make(sample, folder, name, seconds, size):
    """A video with `seconds` of speech whose pictures fill it up to `size` bytes."""
    path = os.path.join(folder, name)
    side = int((size / seconds / 2) ** 0.5)
    frame = os.urandom(side * side) * 2
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "gray", "-video_size",
               f"{side}x{side}", "-framerate", "2", "-i", "pipe:0", "-stream_loop", "-1", "-i", sample, "-map", "0:v",
               "-map", "1:a", "-t", str(seconds), "-c:v", "rawvideo", "-c:a", "libmp3lame", "-b:a", "96k", "-f", "mov",
               "-movflags", "faststart", path]
    maker = subprocess.Popen(command, stdin=subprocess.PIPE)
    for _ in range(seconds):
        maker.stdin.write(frame)
    maker.stdin.close()
    assert maker.wait() == 0
    return path


def feed(path, pipe):
    """Gives a file to a pipe at the source's rate."""
    start, sent = time.monotonic(), 0
    with open(path, "rb") as file:
        while block := file.read(1 << 18):
            pipe.write(block)
            sent += len(block)
            time.sleep(max(0, start + sent / RATE - time.monotonic()))
    pipe.close()


def environment(provider, folder, engines, **more):
    return {"PATH": os.environ["PATH"], "STENTOR_DATA_DIR": os.path.join(folder, "data"), "STENTOR_ENGINE_DIR": engines,
            "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{provider.url}/openai/v1", "STENTOR_PROVIDER_CONCURRENCY": "4",
            **more}


def command(programs, source):
    return [os.path.join(programs, "stentor"), "transcribe", "--quiet", "--engine", "openai", "--format", "json",
            "--max-seconds", "90000", source]


def tree(process):
    found, todo = [], [process]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as file:
                    todo += map(int, file.read().split())
        except OSError:
            pass
    return found


def memory(process):
    """Proportional set size of a process and its hosts in MiB, by role: shared pages count once."""
    sizes = {}
    for one in tree(process):
        try:
            with open(f"/proc/{one}/cmdline") as file:
                words = file.read().split("\0")
            with open(f"/proc/{one}/smaps_rollup") as file:
                size = next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
            role = words[1] if words[0].endswith("host") else "stentor"
            sizes[role] = sizes.get(role, 0) + size
        except (OSError, StopIteration, IndexError):
            continue
    return sizes


def transcribe(programs, path, env, streams, samples=True):
    """Seconds, peak memory by role, CPU seconds."""
    start = time.monotonic()
    run = subprocess.Popen(command(programs, "-" if streams else path), env=env, stdin=subprocess.PIPE,
                           stdout=subprocess.DEVNULL)
    if streams:
        threading.Thread(target=feed, args=(path, run.stdin)).start()
    peaks = {}
    while run.poll() is None:
        sizes = memory(run.pid) if samples else {}
        if sum(sizes.values()) > sum(peaks.values()):
            peaks = sizes
        time.sleep(0.1)
    assert run.returncode == 0
    return time.monotonic() - start, peaks


def post(url, path):
    """Uploads a file as curl does."""
    subprocess.run(["curl", "-sf", "-o", "/dev/null", "-H", f"Authorization: Bearer {KEY}", "-F", "model=whisper-1", "-F",
                    "response_format=verbose_json", "-F", f"file=@{path}", f"{url}/openai/v1/audio/transcriptions"],
                   check=True)


def sequential(provider, path, folder):
    copy, small = os.path.join(folder, "copy"), os.path.join(folder, "small.ogg")
    times = []
    start = time.monotonic()
    with open(copy, "wb") as file:
        feed(path, file)
    times.append(time.monotonic() - start)
    start = time.monotonic()
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", copy, "-vn", "-ac", "1", "-ar", "16000", "-c:a",
                    "libopus", "-b:a", "64k", small], check=True)
    times.append(time.monotonic() - start)
    start = time.monotonic()
    post(provider.url, small)
    times.append(time.monotonic() - start)
    return times


def overlap(provider, programs, sample, engines, folder):
    path = make(sample, folder, "video.mov", 1800, 500_000_000)
    ours, peaks = transcribe(programs, path, environment(provider, folder, engines), streams=True)
    source, compress, service = sequential(provider, path, folder)
    longest, total = max(source, compress, service), source + compress + service
    print(f"{os.path.getsize(path) / 1e6:.0f} MB video of 30 min: {ours:.1f} s; source {source:.1f}, compress {compress:.1f}, "
          f"upload and service {service:.1f}: {ours / longest:.2f} of the longest (budget 1.10), "
          f"{ours / total:.2f} of the sequential way (budget 0.40)")
    print("memory " + ", ".join(f"{role} {size:.0f} MiB" for role, size in peaks.items()))


def users(provider, programs, sample, engines, folder):
    """Ten people's videos of 500 MB with ten minutes of speech, each arriving at the source's rate."""
    path = make(sample, folder, "talk.mov", 600, 500_000_000)
    env = environment(provider, folder, engines)
    one = min(transcribe(programs, path, env, True, samples=False)[0] for _ in range(2))
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(5) as workers:
        list(workers.map(lambda _: transcribe(programs, path, env, True, samples=False), range(10)))
    ten = time.monotonic() - start
    print(f"500 MB, 10 min of speech: one user {one:.2f} s, ten users with five workers {ten:.2f} s: {ten / one:.2f} (budget 2.2)")


def large(provider, programs, sample, engines, folder):
    path = make(sample, folder, "large.mov", 7200, 1_500_000_000)
    provider.post("openai/behaviour?byteLimit=25000000&speed=400")
    for name, folder_of_engines in (("with the speech detector", engines), ("by loudness", "/nonexistent")):
        wall, peaks = transcribe(programs, path, environment(provider, folder, folder_of_engines), False)
        print(f"{os.path.getsize(path) / 1e9:.2f} GB within 25 MB, {name}: {wall:.0f} s, peak memory "
              + ", ".join(f"{role} {size:.0f} MiB" for role, size in peaks.items())
              + f", in all {sum(peaks.values()):.0f} MiB (budget 64 without the speech detector)")


def main(programs, sample, engines, *names):
    provider = Provider(programs)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for work in (overlap, users, large):
                if not names or work.__name__ in names:
                    provider.post(f"openai/behaviour?speed={SPEED}")
                    work(provider, programs, sample, engines, folder)
    finally:
        provider.process.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
