"""A file of 1.9 GB through the bot: its bytes are computed by the simulated data centres, so neither side needs a disk for
them but the server's own store.

    large.py PROGRAMS [MEGABYTES]      prints time, speed, memory and processor time of the server
"""

import pathlib
import subprocess
import sys
import tempfile
import time


def usage(process):
    """Seconds of processor time and MiB at most of one process."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    return (int(fields[11]) + int(fields[12])) / 100, peak


def chunk(name, size):
    return name + size.to_bytes(4, "little")


def main(megabytes):
    from stentor_server import SAMPLE, Server
    from telegram_world import World

    with World() as world, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # A WAV file whose sound stands behind a part that players skip.
        sound = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(SAMPLE), "-ar", "16000", "-ac", "1", "-c:a", "pcm_s16le", "-f", "s16le", "-"],
            capture_output=True, check=True).stdout
        filler = megabytes * 1_000_000 & ~1
        head, tail = folder / "long.wav", folder / "tail"
        form = chunk(b"fmt ", 16) + bytes.fromhex("0100 0100 803e0000 007d0000 0200 1000")
        tail.write_bytes(chunk(b"data", len(sound)) + sound)
        size = 4 + len(form) + 8 + filler + tail.stat().st_size
        head.write_bytes(chunk(b"RIFF", size) + b"WAVE" + form + chunk(b"junk", filler))
        with Server(**world.settings, **world.protocol(folder), TRANSCRIPTION_PROVIDER="sphinx") as server:
            person = world.person(1)
            start = time.monotonic()
            person.send_local(head, filler=filler, tail=tail)
            person.wait_text("this is the first sentence", 900)
            seconds = time.monotonic() - start
            processor, peak = usage(server.process)
            counts = world.counts()
            assert world.state()["downloads"] == 0
            print(
                f"{size / 1e9:.2f} GB transcribed in {seconds:.1f} s ({size / 1e6 / seconds:.0f} MB/s), {counts['getFile.4']} blocks "
                f"over {counts['connection']} connections; server: {processor:.1f} s of processor, {peak:.0f} MiB at most")


if __name__ == "__main__":
    main(int(sys.argv[2]) if len(sys.argv) > 2 else 1900)
