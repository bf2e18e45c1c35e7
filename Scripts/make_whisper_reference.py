"""Makes a Whisper-shaped model of random weights and what it computes: make_whisper_reference.py FOLDER

The network is written here once more, in NumPy and double precision, after openai-whisper's audio.py and model.py: what
the engine computes from the same file is compared with it. Weights are large enough that every branch matters, and the
matrices come in every form that ggml files have.
"""

import json
import os
import struct
import sys

import numpy as np

SEED = 7
STATE, HEADS, LAYERS, MELS, VOCABULARY, TEXT_CONTEXT = 64, 2, 2, 80, 51865, 448
TOKENS = [50258, 50259, 50359, 50363, 440, 2068, 11, 30000, 7]
FORMS = {"f32": 0, "f16": 1, "q5_0": 6, "q5_1": 7, "q8_0": 8}


def audio() -> np.ndarray:
    """Five seconds: a rising tone with a tremble, noise, and a pause."""
    random = np.random.default_rng(SEED)
    time = np.arange(80_000) / 16_000
    tone = np.sin(2 * np.pi * (200 + 300 * time) * time) * (0.5 + 0.4 * np.sin(13 * time))
    sound = 9000 * tone + 500 * random.standard_normal(time.size)
    sound[50_000:60_000] = 0
    return sound.astype(np.int16)


def mel_filters() -> np.ndarray:
    """Triangles on Slaney's mel scale, of equal area: linear below 1 kHz, logarithmic above (librosa's default)."""
    def hertz(mels):
        return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)))
    edges = hertz(np.linspace(0, 15 + np.log(8) / (np.log(6.4) / 27), MELS + 2))
    bins = np.linspace(0, 8000, 201)
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return (np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def log_mel(samples: np.ndarray, filters: np.ndarray) -> np.ndarray:
    sound = np.zeros(480_000)
    sound[:samples.size] = samples / 32768
    padded = np.pad(sound, 200, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160][:-1]
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    logarithm = np.log10(np.maximum(power @ filters.T.astype(np.float64), 1e-10))
    return (np.maximum(logarithm, logarithm.max() - 8) + 4) / 4


def pack(values: np.ndarray, form: str) -> tuple[bytes, np.ndarray]:
    """The bytes of a tensor, and what they mean."""
    if form == "f32":
        return values.astype("<f4").tobytes(), values.astype(np.float32)
    if form == "f16":
        half = values.astype("<f2")
        return half.tobytes(), half.astype(np.float32)
    blocks, parts, meant = values.reshape(-1, 32), [], []
    for block in blocks:
        low, high = block.min(), block.max()
        extreme = block[np.abs(block).argmax()]
        if form == "q8_0":
            scale, minimum = np.float16(np.abs(extreme) / 127), 0.0
            quants = np.clip(np.round(block / scale), -127, 127)
            parts.append(struct.pack("<e32b", scale, *quants.astype(int)))
        else:
            scale = np.float16(extreme / -16 if form == "q5_0" else (high - low) / 31)
            minimum = -16 * float(scale) if form == "q5_0" else float(np.float16(low))
            quants = np.clip(np.round((block - minimum) / float(scale)), 0, 31).astype(int)
            fifth = sum((int(quant) >> 4) << place for place, quant in enumerate(quants))
            head = struct.pack("<e", scale) if form == "q5_0" else struct.pack("<2e", scale, minimum)
            nibbles = bytes((quants[i] & 15) | (quants[i + 16] & 15) << 4 for i in range(16))
            parts.append(head + struct.pack("<I", fifth) + nibbles)
        meant.append(quants * float(scale) + minimum)
    return b"".join(parts), np.array(meant).reshape(values.shape)


def weights() -> dict[str, tuple[np.ndarray, str]]:
    random = np.random.default_rng(SEED + 1)
    matrix = lambda outputs, inputs: random.standard_normal((outputs, inputs)) * 1.2 / np.sqrt(inputs)
    vector = lambda count, middle=0.0: middle + 0.2 * random.standard_normal(count)
    result = {}

    def norm(name):
        result[f"{name}.weight"], result[f"{name}.bias"] = (vector(STATE, 1.0), "f32"), (vector(STATE), "f32")

    def linear(name, outputs, inputs, form, bias=True):
        result[f"{name}.weight"] = (matrix(outputs, inputs), form)
        if bias:
            result[f"{name}.bias"] = (vector(outputs), "f32")

    def attention(name, form):
        for part in ("query", "key", "value", "out"):
            linear(f"{name}.{part}", STATE, STATE, form, bias=part != "key")

    for name, inputs in (("encoder.conv1", MELS), ("encoder.conv2", STATE)):
        result[f"{name}.weight"] = (matrix(STATE, inputs * 3).reshape(STATE, inputs, 3), "f16")
        result[f"{name}.bias"] = (vector(STATE), "f32")
    result["encoder.positional_embedding"] = (random.standard_normal((1500, STATE)), "f32")
    for side in ("encoder", "decoder"):
        for layer in range(LAYERS):
            name = f"{side}.blocks.{layer}"
            norm(f"{name}.attn_ln")
            attention(f"{name}.attn", "f16")
            if side == "decoder":
                norm(f"{name}.cross_attn_ln")
                attention(f"{name}.cross_attn", "q5_1")
            norm(f"{name}.mlp_ln")
            linear(f"{name}.mlp.0", 4 * STATE, STATE, "q8_0")
            linear(f"{name}.mlp.2", STATE, 4 * STATE, "q5_0")
    norm("encoder.ln_post")
    norm("decoder.ln")
    result["decoder.token_embedding.weight"] = (matrix(VOCABULARY, STATE) * 4, "f16")
    result["decoder.positional_embedding"] = (random.standard_normal((TEXT_CONTEXT, STATE)), "f32")
    return result


def save(path: str, filters: np.ndarray) -> dict[str, np.ndarray]:
    """Writes the file; returns the numbers as the file holds them."""
    meant = {}
    with open(path, "wb") as file:
        shape = (VOCABULARY, 1500, STATE, HEADS, LAYERS, TEXT_CONTEXT, STATE, HEADS, LAYERS, MELS, 1)
        file.write(struct.pack("<i11i", 0x67676D6C, *shape))
        file.write(struct.pack("<2i", *filters.shape) + filters.astype("<f4").tobytes())
        file.write(struct.pack("<i", 256) + b"".join(struct.pack("<iB", 1, byte) for byte in range(256)))
        for name, (values, form) in weights().items():
            raw, meant[name] = pack(values, form)
            file.write(struct.pack("<3i", values.ndim, len(name), FORMS[form]))
            file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)) + name.encode() + raw)
    return {name: values.astype(np.float64) for name, values in meant.items()}


def erf(x: np.ndarray) -> np.ndarray:
    """By its series near zero and its continued fraction far from it."""
    x = np.clip(x, -6, 6)
    near, term = np.zeros_like(x), x.copy()
    for n in range(80):
        near += term / (2 * n + 1)
        term *= -x * x / (n + 1)
    far = np.zeros_like(x)
    size = np.maximum(np.abs(x), 2.0)
    for n in range(60, 0, -1):
        far = n / 2 / (size + far)
    far = np.sign(x) * (1 - np.exp(-size * size) / np.sqrt(np.pi) / (size + far))
    return np.where(np.abs(x) < 2.5, near * 2 / np.sqrt(np.pi), far)


class Network:
    def __init__(self, values: dict[str, np.ndarray]):
        self.values = values

    def linear(self, x, name):
        return x @ self.values[f"{name}.weight"].T + self.values.get(f"{name}.bias", 0)

    def norm(self, x, name):
        apart = x - x.mean(-1, keepdims=True)
        return apart / np.sqrt((apart ** 2).mean(-1, keepdims=True) + 1e-5) * self.values[f"{name}.weight"] \
            + self.values[f"{name}.bias"]

    @staticmethod
    def gelu(x):
        return x / 2 * (1 + erf(x / np.sqrt(2)))

    def attend(self, x, heard, name, causal=False):
        split = lambda rows: rows.reshape(rows.shape[0], HEADS, -1).transpose(1, 0, 2)
        query, key, value = (split(self.linear(rows, f"{name}.{part}")) for rows, part in
                             ((x, "query"), (heard, "key"), (heard, "value")))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(STATE // HEADS)
        if causal:
            scores += np.triu(np.full(scores.shape[1:], -np.inf), 1)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return self.linear((shares @ value).transpose(1, 0, 2).reshape(x.shape[0], -1), f"{name}.out")

    def layer(self, x, name, heard=None):
        normal = self.norm(x, f"{name}.attn_ln")
        x = x + self.attend(normal, normal, f"{name}.attn", causal=heard is not None)
        if heard is not None:
            x = x + self.attend(self.norm(x, f"{name}.cross_attn_ln"), heard, f"{name}.cross_attn")
        hidden = self.gelu(self.linear(self.norm(x, f"{name}.mlp_ln"), f"{name}.mlp.0"))
        return x + self.linear(hidden, f"{name}.mlp.2")

    def convolve(self, x, name, stride):
        padded = np.pad(x, ((1, 1), (0, 0)))
        weight = self.values[f"{name}.weight"]
        taps = sum(padded[tap:tap + x.shape[0]][::stride] @ weight[:, :, tap].T for tap in range(3))
        return self.gelu(taps + self.values[f"{name}.bias"])

    def encode(self, mel):
        x = self.convolve(self.convolve(mel, "encoder.conv1", 1), "encoder.conv2", 2)
        x = x + self.values["encoder.positional_embedding"]
        for layer in range(LAYERS):
            x = self.layer(x, f"encoder.blocks.{layer}")
        return self.norm(x, "encoder.ln_post")

    def decode(self, tokens, heard):
        embedding = self.values["decoder.token_embedding.weight"]
        x = embedding[tokens] + self.values["decoder.positional_embedding"][:len(tokens)]
        for layer in range(LAYERS):
            x = self.layer(x, f"decoder.blocks.{layer}", heard)
        return self.norm(x, "decoder.ln") @ embedding.T


def main(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    filters, samples = mel_filters(), audio()
    network = Network(save(os.path.join(folder, "ggml-reference.bin"), filters))
    mel = log_mel(samples, filters)
    encoded = network.encode(mel)
    logits = network.decode(TOKENS, encoded)
    samples.astype("<i2").tofile(os.path.join(folder, "audio.raw"))
    rows = lambda values, picked: {str(row): [round(float(x), 6) for x in values[row]] for row in picked}
    with open(os.path.join(folder, "reference.json"), "w") as file:
        json.dump({"mel": rows(mel, (0, 1, 100, 311, 376, 499, 2999)),
                   "encoded": rows(encoded, (0, 7, 160, 249, 250, 1499)), "tokens": TOKENS,
                   "logits": rows(logits, (3, len(TOKENS) - 1))}, file)


if __name__ == "__main__":
    main(sys.argv[1])
