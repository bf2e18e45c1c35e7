"""Kills media and engine hosts at seeded moments: crash.py PROGRAMS KILLS SEED

Every run must end within a bound, with the whole transcript (a killed engine costs a second try), with a named failure
of the file (a killed media host), or with parts marked as skipped (an engine killed twice on one part); never with a
hang, a process left over, a file left over, or half an output.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

LONGEST_RUN = 180
PHRASES = 6


def children(process: int) -> dict[int, str]:
    found = {}
    try:
        tasks = os.listdir(f"/proc/{process}/task")
    except OSError:
        return found
    for task in tasks:
        try:
            with open(f"/proc/{process}/task/{task}/children") as file:
                for child in map(int, file.read().split()):
                    with open(f"/proc/{child}/cmdline") as command:
                        found[child] = command.read().split("\0")[1]
        except (OSError, IndexError):
            continue
    return found


def check(run: subprocess.Popen, folder: str, killed: list[str]) -> list[str]:
    output = os.path.join(folder, "out.json")
    faults = []
    if run.returncode not in (0, 1):
        faults.append(f"exit code {run.returncode}")
    if os.listdir(os.path.join(folder, "data/work")):
        faults.append("a working file is left")
    if [name for name in os.listdir(folder) if name.endswith(".part")]:
        faults.append("half an output is left")
    if run.returncode == 0:
        transcript = json.load(open(output))
        skipped = [stretch for stretch in transcript["timeline"] if stretch["kind"] == "skipped"]
        if transcript["timeline"][-1]["end"] != transcript["duration"]:
            faults.append("the time line has a hole")
        if skipped and killed.count("engine") < 2:
            faults.append("a part is lost after one kill")
        if not skipped and transcript["text"].count("first sentence") != PHRASES:
            faults.append(f"text is missing: {transcript['text']}")
    elif "media" not in killed and killed.count("engine") < 3:
        faults.append("the file failed although only an engine was killed")
    elif os.path.exists(output):
        faults.append("a failed run left an output")
    return faults


def one_run(programs: str, sample: str, chance: random.Random) -> tuple[list[str], list[str]]:
    folder = tempfile.mkdtemp(prefix="stentor-crash-")
    killed: list[str] = []
    try:
        environment = {"PATH": os.environ["PATH"], "STENTOR_DATA_DIR": os.path.join(folder, "data")}
        run = subprocess.Popen(
            [os.path.join(programs, "stentor"), "transcribe", "--quiet", "--engine", "sphinx", "--format", "json", "--output",
             os.path.join(folder, "out.json"), sample], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        start = time.monotonic()
        moments = sorted(chance.uniform(0, 6) for _ in range(chance.randint(1, 3)))
        while run.poll() is None:
            if time.monotonic() - start > LONGEST_RUN:
                run.kill()
                return killed, ["a hang"]
            if moments and time.monotonic() - start >= moments[0]:
                moments.pop(0)
                hosts = sorted(children(run.pid).items())
                if hosts:
                    victim, role = chance.choice(hosts)
                    try:
                        os.kill(victim, signal.SIGKILL)
                        killed.append(role)
                    except ProcessLookupError:
                        pass
            time.sleep(0.002)
        return killed, check(run, folder, killed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(programs: str, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    project = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    with tempfile.TemporaryDirectory() as folder:
        sample = os.path.join(folder, "long.ogg")
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-stream_loop", str(PHRASES - 1), "-i",
                        os.path.join(project, "Samples/welcome.ogg"), "-c", "copy", sample], check=True)
        done = runs = failed = 0
        while done < kills:
            killed, faults = one_run(programs, sample, chance)
            runs, done = runs + 1, done + len(killed)
            if faults:
                failed += 1
                print(f"run {runs} of seed {seed}, killed {killed}: {'; '.join(faults)}")
        print(f"{done} kills in {runs} runs, seed {seed}: {runs - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
