"""Decode and resample: the media host against the ffmpeg program, in turn, on the same files.

decode.py PROGRAMS SAMPLE [ROUNDS]

Long files (400 s) are compared by CPU seconds of whole processes and by wall time. The 3 s voice note is compared by the
time from request to result: with a host started ahead, and with a host started for it (cold).
"""

import os
import sys
import time

from hosts import cpu, decode, ffmpeg, media_host, median, run, work_folder

FORMATS = [("mp3", ["-c:a", "libmp3lame", "-b:a", "128k"]), ("ogg", ["-c:a", "libopus", "-b:a", "32k"]),
           ("m4a", ["-c:a", "aac", "-b:a", "128k"]), ("flac", ["-c:a", "flac"]), ("wav", ["-c:a", "pcm_s16le"]),
           ("webm", ["-c:a", "libopus", "-b:a", "64k"]), ("mkv", ["-c:a", "libvorbis"]), ("ac3", ["-c:a", "ac3"])]


def by_program(path: str, output: str) -> tuple[float, float]:
    used, wall, code = run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", path, "-ac", "1", "-ar", "16000", "-f",
                            "s16le", output], dict(os.environ))
    assert code == 0
    return used, wall


def by_host(programs: str, path: str, output: str, ahead: bool) -> tuple[float, float]:
    start = time.monotonic()
    host = media_host(programs)
    if ahead:
        time.sleep(0.1)  # it waited for its file and used the time
        start = time.monotonic()
    pcm = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    decode(host, path, pcm)
    wall = time.monotonic() - start
    os.close(pcm)
    return cpu(host.end()), wall


def main(programs: str, sample: str, rounds: int) -> None:
    with work_folder() as folder:
        speech = os.path.join(folder, "speech.wav")
        ffmpeg(["-stream_loop", "-1", "-i", sample, "-t", "400", "-ar", "44100", "-ac", "2", speech])
        note = os.path.join(folder, "note.ogg")
        ffmpeg(["-i", sample, "-t", "3", "-c:a", "libopus", "-b:a", "24k", "-ar", "48000", note])
        output = os.path.join(folder, "out.pcm")
        print("400 s, 44.1 kHz stereo     CPU s host  CPU s ffmpeg   ffmpeg ÷ host: CPU   wall")
        for name, options in FORMATS:
            path = os.path.join(folder, f"speech.{name}")
            if name != "wav":
                ffmpeg(["-i", speech] + options + [path])
            pairs = [(by_host(programs, path, output, True), by_program(path, output)) for _ in range(rounds)]
            ours, theirs = median([a[0] for a, _ in pairs]), median([b[0] for _, b in pairs])
            ratio, wall = median([b[0] / a[0] for a, b in pairs]), median([b[1] / a[1] for a, b in pairs])
            print(f"  {name:24} {ours:10.3f} {theirs:13.3f} {ratio:20.2f} {wall:6.2f}")
        for title, ahead in (("host started ahead", True), ("cold host", False)):
            pairs = [(by_host(programs, note, output, ahead), by_program(note, output)) for _ in range(rounds * 3)]
            ours, theirs = median([a[1] for a, _ in pairs]), median([b[1] for _, b in pairs])
            print(f"3 s voice note, {title}: {ours * 1000:.1f} ms, ffmpeg {theirs * 1000:.1f} ms, "
                  f"ffmpeg ÷ host {median([b[1] / a[1] for a, b in pairs]):.1f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5)
