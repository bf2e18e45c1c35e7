"""Word error rate of the release programs on real speech: evaluate.py FOLDER PROGRAMS

FOLDER holds audio/librivox (wav files and `transcription`) and audio/jfk. Prints each file's rate and the rate over
all, checks that every first word starts within 0.3 s of the first speech, and fails when the rate is above 45 %.
"""

import json
import os
import re
import subprocess
import sys

LIMIT = 0.45
JFK = "and so my fellow americans ask not what your country can do for you ask what you can do for your country"


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def errors(reference: list[str], heard: list[str]) -> int:
    """Levenshtein distance over words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def references(folder: str) -> list[tuple[str, str]]:
    result = [(os.path.join(folder, "audio/jfk/jfk.wav"), JFK), (os.path.join(folder, "audio/jfk/jfk.mp3"), JFK)]
    with open(os.path.join(folder, "audio/librivox/transcription")) as file:
        for line in file:
            match = re.match(r"<s> (.*) </s> \((.*)\)", line)
            if match:
                result.append((os.path.join(folder, "audio/librivox", match[2] + ".wav"), match[1]))
    return result


def main(folder: str, programs: str) -> None:
    total = wrong = late = 0
    for path, text in references(folder):
        run = subprocess.run([os.path.join(programs, "stentor"), "transcribe", "--quiet", "--engine", "sphinx", "--language",
                              "en", "--format", "json", "--words", path], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"{path}: {run.stderr}")
        transcript = json.loads(run.stdout)
        reference, heard = words(text), words(transcript["text"])
        count = errors(reference, heard)
        total, wrong = total + len(reference), wrong + count
        speech = next(stretch["start"] for stretch in transcript["timeline"] if stretch["kind"] == "speech")
        last = [stretch["end"] for stretch in transcript["timeline"] if stretch["kind"] == "speech"][-1]
        first, end = transcript["segments"][0]["words"][0]["start"], transcript["segments"][-1]["words"][-1]["end"]
        late += abs(first - speech) > 0.3 or end > last + 0.3
        print(f"{count / len(reference):6.1%}  {os.path.basename(path)}  first word {first:.2f} s, speech from {speech:.2f} s")
    print(f"{wrong / total:6.1%}  over {total} words (limit {LIMIT:.0%}); files whose first or last word lies 0.3 s outside the speech: {late}")
    if wrong / total > LIMIT or late:
        sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not os.path.isdir(sys.argv[1]):
        sys.exit("usage: make evaluate SHARED=folder (with audio/librivox and audio/jfk)")
    main(sys.argv[1], sys.argv[2])
