"""Prints the original network's vectors of a hum, for Tests/Drivers/SpeakerEngineTests/VoiceReference.swift:
make_speaker_reference.py PRETRAINED.pt

Needs PyTorch, librosa and the checkpoint out of Resemblyzer's wheel; by hand, when the encoder changes.
"""

import base64
import sys

import librosa
import numpy as np
import torch


def hum():
    """Two seconds that any program can compute: integers only."""
    samples = np.zeros(32000, np.int64)
    for n in range(32000):
        value = 0
        for k, period in enumerate((160, 107, 53, 29, 17)):
            value += ((n % period) * 2000 // period - 1000) * (5 - k) // (2 + k % 2)
        samples[n] = value * ((n // 1600) % 5 + 1) // 4
    return samples.astype(np.int16).astype(np.float32) / 32768


def main(path):
    state = torch.load(path, map_location="cpu", weights_only=False)["model_state"]
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    lstm.load_state_dict({name[5:]: value for name, value in state.items() if name.startswith("lstm.")})
    linear.load_state_dict({name[7:]: value for name, value in state.items() if name.startswith("linear.")})
    sound = hum()
    powers = librosa.feature.melspectrogram(y=sound, sr=16000, n_fft=400, hop_length=160, n_mels=40).astype(np.float32).T
    windows = []
    for start in (0, 1600, 6400):
        level = np.sqrt((sound[start:start + 25600] ** 2).mean())
        windows.append(powers[start // 160:start // 160 + 160] * (0.05623 / level) ** 2)
    with torch.no_grad():
        _, (hidden, _) = lstm(torch.from_numpy(np.stack(windows)))
        vectors = torch.relu(linear(hidden[-1]))
        vectors = (vectors / vectors.norm(dim=1, keepdim=True)).numpy()
    for vector in vectors:
        print(base64.b64encode(vector.astype("<f2").tobytes()).decode())


if __name__ == "__main__":
    main(sys.argv[1])
