"""Two chunks at a time against one, on all cores: slots.py PROGRAMS SAMPLE MODELS [ROUNDS]

PocketSphinx has one thread: one slot against two. For sherpa-onnx the same two threads are one slot with two, or two
slots with one each. Figures are seconds of audio recognised in a second, from engine hosts alone.
"""

import os
import sys
import threading
import time

from hosts import SPHINX, cpu, decode, engine_host, ffmpeg, media_host, median, nano, work_folder

CHUNK = 16000 * 25


def throughput(programs: str, setup: dict, slots: int, pcm: int, chunks: int) -> tuple[float, float]:
    hosts = [engine_host(programs, setup) for _ in range(slots)]
    rest = list(range(chunks))
    lock = threading.Lock()

    def work(host) -> None:
        while True:
            with lock:
                if not rest:
                    return
                number = rest.pop()
            host.send({"recognise": {"id": number, "range": [number * CHUNK, (number + 1) * CHUNK],
                                     "_2": {"language": "en", "isSecondLook": False}}}, [pcm])
            assert "recognised" in host.receive()

    for host in hosts:  # the first chunk warms the engine up
        host.send({"recognise": {"id": 9999, "range": [0, CHUNK], "_2": {"isSecondLook": False}}}, [pcm])
        host.receive()
    start = time.monotonic()
    threads = [threading.Thread(target=work, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.monotonic() - start
    used = sum(cpu(host.end()) for host in hosts)
    return chunks * 25 / wall, used


def main(programs: str, sample: str, models: str, rounds: int) -> None:
    with work_folder() as folder:
        path = os.path.join(folder, "speech.wav")
        ffmpeg(["-stream_loop", "-1", "-i", sample, "-t", "410", "-ac", "1", "-ar", "16000", path])
        pcm = os.open(os.path.join(folder, "speech.pcm"), os.O_RDWR | os.O_CREAT)
        media = media_host(programs)
        decode(media, path, pcm)
        media.end()
        cases = [("PocketSphinx", 8, (SPHINX, 1), (SPHINX, 2)),
                 ("sherpa-onnx, nano Whisper", 16, (nano(models, 2), 1), (nano(models, 1), 2))]
        for name, chunks, one, two in cases:
            pairs = [(throughput(programs, *one, pcm, chunks), throughput(programs, *two, pcm, chunks)) for _ in range(rounds)]
            print(f"{name}: one slot with {one[0].get('threads', 1)} threads {median([a[0] for a, _ in pairs]):.1f}× real time, "
                  f"two slots with one {median([b[0] for _, b in pairs]):.1f}×, "
                  f"two ÷ one {median([b[0] / a[0] for a, b in pairs]):.2f} "
                  f"(CPU {median([b[1] / a[1] for a, b in pairs]):.2f})")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 3)
