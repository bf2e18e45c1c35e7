"""Diarization error rate and time beside Resemblyzer's own network with spectral clustering, in one run:

    compare.py PROGRAMS FOLDER RESEMBLYZER

FOLDER holds `*.wav` and `reference.rttm`; RESEMBLYZER is the folder of the unpacked wheel's package. Needs numpy, librosa,
torch, spectralcluster and pyannote.metrics. No collar, overlap scored. The other side gets our speech and our windows.
"""

import json
import pathlib
import resource
import subprocess
import sys
import time

import librosa
import numpy as np
import torch
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from spectralcluster import configs

torch.set_num_threads(2)
WINDOW, STEP = 1.6, 0.25


def reference(path):
    turns = {}
    for line in path.read_text().splitlines():
        fields = line.split()
        turns.setdefault(fields[1], []).append((float(fields[3]), float(fields[3]) + float(fields[4]), fields[7]))
    return turns


def transcribe(program, path, *words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    run = subprocess.run(
        [program, "transcribe", "--quiet", "--engine", "sphinx", "--format", "json", *words, path], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(run.stdout), time.monotonic() - start, after.ru_utime - before.ru_utime


class Original:
    """The network and its front end, with spectral clustering behind them."""

    def __init__(self, folder):
        state = torch.load(folder / "pretrained.pt", map_location="cpu", weights_only=False)["model_state"]
        self.lstm, self.linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
        self.lstm.load_state_dict({name[5:]: value for name, value in state.items() if name.startswith("lstm.")})
        self.linear.load_state_dict({name[7:]: value for name, value in state.items() if name.startswith("linear.")})

    def embed(self, sound, windows):
        level = 20 * np.log10(np.sqrt((sound ** 2).mean()) + 1e-12)
        sound = sound * 10 ** (max(0, -30 - level) / 20)
        powers = librosa.feature.melspectrogram(y=sound, sr=16000, n_fft=400, hop_length=160, n_mels=40).astype(np.float32).T
        parts = []
        for center, _, _ in windows:
            first = max(0, min(int(round(center * 100)) - 80, len(powers) - 160))
            parts.append(powers[first:first + 160])
        with torch.no_grad():
            _, (hidden, _) = self.lstm(torch.from_numpy(np.stack(parts)))
            vectors = torch.relu(self.linear(hidden[-1]))
            return (vectors / vectors.norm(dim=1, keepdim=True)).numpy()

    def turns(self, sound, speech, speakers=None):
        windows = []
        for start, end in speech:
            if end - start <= WINDOW:
                windows.append(((start + end) / 2, start, end))
                continue
            steps = int(np.ceil((end - start - WINDOW) / STEP))
            windows += [(start + WINDOW / 2 + (end - start - WINDOW) * i / steps, start, end) for i in range(steps + 1)]
        vectors = self.embed(sound, windows)
        labels = self.cluster(vectors, speakers)
        turns = []
        for i, (center, start, end) in enumerate(windows):
            before = (windows[i - 1][0] + center) / 2 if i and windows[i - 1][1] == start else start
            after = (windows[i + 1][0] + center) / 2 if i + 1 < len(windows) and windows[i + 1][1] == start else end
            turns.append((before, after, str(labels[i])))
        return turns

    @staticmethod
    def cluster(vectors, speakers):
        if len(vectors) < 3:
            return [0] * len(vectors)
        clusterer = configs.icassp2018_clusterer
        clusterer.min_clusters, clusterer.max_clusters = (speakers or 2, speakers or 7)
        try:
            return clusterer.predict(vectors.astype(float))
        except Exception:  # Too few windows for so many speakers.
            return [0] * len(vectors)


def annotation(turns):
    result = Annotation()
    for number, (start, end, speaker) in enumerate(turns):
        result[Segment(start, end), number] = speaker
    return result


def main(programs, folder, package):
    folder = pathlib.Path(folder)
    truth = reference(folder / "reference.rttm")
    original = Original(pathlib.Path(package))
    names = ("ours", "original", "ours, number given", "original, number given")
    rates = {name: DiarizationErrorRate(collar=0, skip_overlap=False) for name in names}
    cost = {"with": 0.0, "without": 0.0, "original": 0.0, "audio": 0.0}
    for path in sorted(folder.glob("*.wav")):
        sound, _ = librosa.load(path, sr=16000)
        length = len(sound) / 16000
        count = len({speaker for _, _, speaker in truth[path.stem]})
        plain, _, without = transcribe(f"{programs}/stentor", path)
        found, _, with_speakers = transcribe(f"{programs}/stentor", path, "--speakers")
        given, _, _ = transcribe(
            f"{programs}/stentor", path, "--min-speakers", str(count), "--max-speakers", str(count))
        speech = [(item["start"], item["end"]) for item in plain["timeline"] if item["kind"] == "speech"]
        start = time.process_time()
        theirs = original.turns(sound, speech)
        cost["original"] += time.process_time() - start
        cost["with"] += with_speakers
        cost["without"] += without
        cost["audio"] += length
        hypotheses = {
            "ours": [(turn["start"], turn["end"], turn["speaker"]) for turn in found.get("turns", [])],
            "original": theirs,
            "ours, number given": [(turn["start"], turn["end"], turn["speaker"]) for turn in given.get("turns", [])],
            "original, number given": original.turns(sound, speech, count),
        }
        for name, turns in hypotheses.items():
            rates[name](annotation(truth[path.stem]), annotation(turns), uem=Timeline([Segment(0, length)]))
    for name, rate in rates.items():
        parts = {part: round(value, 1) for part, value in rate[:].items()}
        print(f"{name}: {100 * abs(rate):.1f} % ({parts})")
    own = cost["with"] - cost["without"]
    print(f"{cost['audio']:.0f} s of audio: CPU {own:.2f} s for speakers ({100 * own / cost['audio'] / 2:.1f} % of it on two cores), "
          f"original {cost['original']:.2f} s: {cost['original'] / max(own, 1e-3):.1f} times ours; "
          f"whole program with speakers ÷ without, by CPU: {cost['with'] / cost['without']:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
