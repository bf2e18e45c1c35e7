"""Makes a Whisper-shaped nano model from seeded random weights: make_nano_whisper.py FOLDER

One encoder and one decoder layer of width 64 with Whisper's multilingual shape (51,865 tokens, 80 mels), as ONNX in the
form that sherpa-onnx reads and as ggml in the form that whisper.cpp reads. The decoder's positional embedding is rigged
so that greedy decoding after <sot><language><transcribe><notimestamps> gives SENTENCE and then end-of-text, whatever the
audio: it tests that the real engine code runs, and knows nothing of speech. Its vocabulary is made up.
"""

import base64
import os
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 20
STATE, HEADS, MELS, AUDIO_CONTEXT, TEXT_CONTEXT, VOCABULARY = 64, 2, 80, 1500, 448, 51865
SENTENCE = ["The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", ",", " and", " then", " the",
            " whole", " quiet", " town", " goes", " back", " to", " sleep", "."]
FIRST_WORD = 1000
EOT, SOT, ENGLISH, TRANSLATE, TRANSCRIBE, NO_TIMESTAMPS = 50257, 50258, 50259, 50358, 50359, 50363
LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk "
    "te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo "
    "ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su").split()


def vocabulary() -> list[bytes]:
    words = [f" w{number}".encode() for number in range(EOT)]
    words[220] = b" "
    for index, word in enumerate(SENTENCE):
        words[FIRST_WORD + index] = word.encode()
    return words


def attention_weights(random, name: str) -> dict[str, np.ndarray]:
    small = lambda *shape: random.standard_normal(shape).astype(np.float32) * 0.02
    return {f"{name}.query.weight": small(STATE, STATE), f"{name}.query.bias": small(STATE),
            f"{name}.key.weight": small(STATE, STATE),
            f"{name}.value.weight": small(STATE, STATE), f"{name}.value.bias": small(STATE),
            f"{name}.out.weight": small(STATE, STATE), f"{name}.out.bias": small(STATE)}


def norm(name: str) -> dict[str, np.ndarray]:
    return {f"{name}.weight": np.ones(STATE, np.float32), f"{name}.bias": np.zeros(STATE, np.float32)}


def block(random, name: str, crosses: bool) -> dict[str, np.ndarray]:
    small = lambda *shape: random.standard_normal(shape).astype(np.float32) * 0.02
    weights = {**attention_weights(random, f"{name}.attn"), **norm(f"{name}.attn_ln")}
    if crosses:
        weights |= {**attention_weights(random, f"{name}.cross_attn"), **norm(f"{name}.cross_attn_ln")}
    return weights | {f"{name}.mlp.0.weight": small(4 * STATE, STATE), f"{name}.mlp.0.bias": small(4 * STATE),
                      f"{name}.mlp.2.weight": small(STATE, 4 * STATE), f"{name}.mlp.2.bias": small(STATE),
                      **norm(f"{name}.mlp_ln")}


def make_weights() -> dict[str, np.ndarray]:
    """Names and shapes of openai-whisper."""
    random = np.random.default_rng(SEED)
    small = lambda *shape: random.standard_normal(shape).astype(np.float32) * 0.02
    position = np.arange(AUDIO_CONTEXT)[:, None] * np.exp(-np.log(10000) / (STATE // 2 - 1) * np.arange(STATE // 2))
    weights = {"encoder.conv1.weight": small(STATE, MELS, 3), "encoder.conv1.bias": small(STATE),
               "encoder.conv2.weight": small(STATE, STATE, 3), "encoder.conv2.bias": small(STATE),
               "encoder.positional_embedding": np.concatenate([np.sin(position), np.cos(position)], 1).astype(np.float32),
               **block(random, "encoder.blocks.0", False), **norm("encoder.ln_post"),
               **block(random, "decoder.blocks.0", True), **norm("decoder.ln")}
    tokens = random.standard_normal((VOCABULARY, STATE)).astype(np.float32)
    tokens -= tokens.mean(1, keepdims=True)
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    # What each position says: the language after <sot>, the sentence after the four prompt tokens, then nothing more.
    said = [ENGLISH, TRANSCRIBE, NO_TIMESTAMPS] + [FIRST_WORD + index for index in range(len(SENTENCE))]
    said += [EOT] * (TEXT_CONTEXT - len(said))
    weights["decoder.token_embedding.weight"] = tokens
    weights["decoder.positional_embedding"] = 10 * tokens[said]
    return weights


class Graph:
    """Collects nodes; every method returns the name of its result."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights, self.nodes, self.constants, self.count = weights, [], {}, 0

    def run(self, operator: str, *inputs: str, output: str | None = None, **attributes) -> str:
        self.count += 1
        output = output or f"{operator.lower()}_{self.count}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def constant(self, value) -> str:
        array = np.asarray(value)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        name = f"constant_{len(self.constants)}"
        self.constants[name] = array
        return name

    def weight(self, name: str, transpose: bool = False) -> str:
        key = name + (".transposed" if transpose else "")
        self.constants[key] = np.ascontiguousarray(self.weights[name].T) if transpose else self.weights[name]
        return key

    def linear(self, x: str, name: str, bias: bool = True) -> str:
        product = self.run("MatMul", x, self.weight(f"{name}.weight", transpose=True))
        return self.run("Add", product, self.weight(f"{name}.bias")) if bias else product

    def norm(self, x: str, name: str) -> str:
        return self.run("LayerNormalization", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), axis=-1,
                        epsilon=1e-5)

    def gelu(self, x: str) -> str:
        half = self.run("Mul", x, self.constant(0.5))
        erf = self.run("Erf", self.run("Mul", x, self.constant(2 ** -0.5)))
        return self.run("Mul", half, self.run("Add", erf, self.constant(1.0)))

    def heads(self, x: str) -> str:
        split = self.run("Reshape", x, self.constant(np.array([0, 0, HEADS, STATE // HEADS])))
        return self.run("Transpose", split, perm=[0, 2, 1, 3])

    def attend(self, x: str, keys: str, values: str, name: str, mask: str | None = None) -> str:
        queries = self.heads(self.linear(x, f"{name}.query"))
        turned = self.run("Transpose", self.heads(keys), perm=[0, 1, 3, 2])
        scores = self.run("Mul", self.run("MatMul", queries, turned), self.constant((STATE // HEADS) ** -0.5))
        if mask:
            scores = self.run("Add", scores, mask)
        mixed = self.run("MatMul", self.run("Softmax", scores, axis=-1), self.heads(values))
        joined = self.run("Reshape", self.run("Transpose", mixed, perm=[0, 2, 1, 3]), self.constant(np.array([0, 0, STATE])))
        return self.linear(joined, f"{name}.out")

    def feed_forward(self, x: str, name: str) -> str:
        hidden = self.gelu(self.linear(self.norm(x, f"{name}.mlp_ln"), f"{name}.mlp.0"))
        return self.run("Add", x, self.linear(hidden, f"{name}.mlp.2"))

    def save(self, path: str, inputs, outputs, metadata=()) -> None:
        initializers = [numpy_helper.from_array(array, name) for name, array in self.constants.items()]
        graph = helper.make_graph(self.nodes, "nano", inputs, outputs, initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        helper.set_model_props(model, {key: str(value) for key, value in metadata})
        onnx.checker.check_model(model)
        onnx.save(model, path)


def value(name: str, kind: int, shape: list) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def save_encoder(weights: dict[str, np.ndarray], path: str) -> None:
    graph = Graph(weights)
    x = "mel"
    for name, stride in (("conv1", 1), ("conv2", 2)):
        x = graph.gelu(graph.run("Conv", x, graph.weight(f"encoder.{name}.weight"), graph.weight(f"encoder.{name}.bias"),
                                 kernel_shape=[3], pads=[1, 1], strides=[stride]))
    x = graph.run("Transpose", x, perm=[0, 2, 1])
    length = graph.run("Gather", graph.run("Shape", x), graph.constant(np.array([1])))
    places = graph.run("Slice", graph.weight("encoder.positional_embedding"), graph.constant(np.array([0])), length,
                       graph.constant(np.array([0])))
    x = graph.run("Add", x, places)
    block = "encoder.blocks.0"
    y = graph.norm(x, f"{block}.attn_ln")
    keys, values = graph.linear(y, f"{block}.attn.key", bias=False), graph.linear(y, f"{block}.attn.value")
    x = graph.feed_forward(graph.run("Add", x, graph.attend(y, keys, values, f"{block}.attn")), block)
    x = graph.norm(x, "encoder.ln_post")
    first = graph.constant(np.array([0]))
    cross = "decoder.blocks.0.cross_attn"
    graph.run("Unsqueeze", graph.linear(x, f"{cross}.key", bias=False), first, output="n_layer_cross_k")
    graph.run("Unsqueeze", graph.linear(x, f"{cross}.value"), first, output="n_layer_cross_v")
    metadata = [
        ("model_type", "whisper-nano"), ("version", "1"), ("maintainer", "stentor"), ("n_mels", MELS),
        ("n_audio_ctx", AUDIO_CONTEXT), ("n_audio_state", STATE), ("n_audio_head", HEADS), ("n_audio_layer", 1),
        ("n_vocab", VOCABULARY), ("n_text_ctx", TEXT_CONTEXT), ("n_text_state", STATE), ("n_text_head", HEADS),
        ("n_text_layer", 1), ("sot_sequence", f"{SOT},{ENGLISH},{TRANSCRIBE}"),
        ("all_language_tokens", ",".join(str(ENGLISH + index) for index in range(len(LANGUAGES)))),
        ("all_language_codes", ",".join(LANGUAGES)), ("sot", SOT), ("sot_index", 0), ("eot", EOT), ("blank_id", 220),
        ("is_multilingual", 1), ("no_speech", 50362), ("non_speech_tokens", "1,2"), ("transcribe", TRANSCRIBE),
        ("translate", TRANSLATE), ("sot_prev", 50361), ("sot_lm", 50360), ("no_timestamps", NO_TIMESTAMPS)]
    cross_shape = [1, "N", "A", STATE]
    graph.save(path, [value("mel", TensorProto.FLOAT, ["N", MELS, "T"])],
               [value(name, TensorProto.FLOAT, cross_shape) for name in ("n_layer_cross_k", "n_layer_cross_v")], metadata)


def save_decoder(weights: dict[str, np.ndarray], path: str) -> None:
    graph = Graph(weights)
    zero, one, two = (graph.constant(np.array([number])) for number in (0, 1, 2))
    length = graph.run("Gather", graph.run("Shape", "tokens"), one)
    end = graph.run("Add", "offset", length)
    places = graph.run("Slice", graph.weight("decoder.positional_embedding"), "offset", end, zero)
    x = graph.run("Add", graph.run("Gather", graph.weight("decoder.token_embedding.weight"), "tokens"), places)
    block = "decoder.blocks.0"
    y = graph.norm(x, f"{block}.attn_ln")

    def cached(kind: str, fresh: str) -> str:
        name = f"in_n_layer_self_{kind}_cache"
        before = graph.run("Slice", name, zero, "offset", two)
        after = graph.run("Slice", name, end, graph.constant(np.array([TEXT_CONTEXT])), two)
        graph.run("Concat", before, graph.run("Unsqueeze", fresh, zero), after, axis=2,
                  output=f"out_n_layer_self_{kind}_cache")
        known = graph.run("Slice", f"out_n_layer_self_{kind}_cache", zero, end, two)
        return graph.run("Squeeze", known, zero)

    keys = cached("k", graph.linear(y, f"{block}.attn.key", bias=False))
    values = cached("v", graph.linear(y, f"{block}.attn.value"))
    # A token sees itself and what came before it.
    triangle = graph.constant(np.triu(np.full((TEXT_CONTEXT, TEXT_CONTEXT), -1e9, np.float32), 1))
    rows = graph.run("Slice", triangle, "offset", end, zero)
    mask = graph.run("Slice", rows, zero, end, one)
    x = graph.run("Add", x, graph.attend(y, keys, values, f"{block}.attn", mask))
    y = graph.norm(x, f"{block}.cross_attn_ln")
    heard = [graph.run("Squeeze", f"n_layer_cross_{kind}", zero) for kind in "kv"]
    x = graph.feed_forward(graph.run("Add", x, graph.attend(y, heard[0], heard[1], f"{block}.cross_attn")), block)
    graph.run("MatMul", graph.norm(x, "decoder.ln"), graph.weight("decoder.token_embedding.weight", transpose=True),
              output="logits")
    cache, cross = [1, "N", TEXT_CONTEXT, STATE], [1, "N", "A", STATE]
    inputs = [value("tokens", TensorProto.INT64, ["N", "L"])]
    inputs += [value(f"in_n_layer_self_{kind}_cache", TensorProto.FLOAT, cache) for kind in "kv"]
    inputs += [value(f"n_layer_cross_{kind}", TensorProto.FLOAT, cross) for kind in "kv"]
    inputs += [value("offset", TensorProto.INT64, [1])]
    outputs = [value("logits", TensorProto.FLOAT, ["N", "L", VOCABULARY])]
    outputs += [value(f"out_n_layer_self_{kind}_cache", TensorProto.FLOAT, cache) for kind in "kv"]
    graph.save(path, inputs, outputs)


def mel_filters() -> np.ndarray:
    """Triangles on the mel scale; ggml files carry them. What they are matters to no result here."""
    hertz = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), MELS + 2) / 2595) - 1)
    bins = np.linspace(0, 8000, 201)
    rise = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    fall = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    return (np.maximum(0, np.minimum(rise, fall)) * (2 / (hertz[2:] - hertz[:-2]))[:, None]).astype(np.float32)


def save_ggml(weights: dict[str, np.ndarray], path: str) -> None:
    """The layout of whisper.cpp's convert-pt-to-ggml: header, filters, vocabulary, tensors (matrices as f16)."""
    with open(path, "wb") as file:
        shape = (VOCABULARY, AUDIO_CONTEXT, STATE, HEADS, 1, TEXT_CONTEXT, STATE, HEADS, 1, MELS, 1)
        file.write(struct.pack("<i11i", 0x67676D6C, *shape))
        filters = mel_filters()
        file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        words = vocabulary()
        file.write(struct.pack("<i", len(words)))
        for word in words:
            file.write(struct.pack("<i", len(word)) + word)
        for name, array in weights.items():
            # Convolutions' biases are columns; vectors and positions stay f32.
            data = array.reshape(-1, 1) if name.startswith("encoder.conv") and name.endswith("bias") else array
            is_half = data.ndim >= 2 and "positional" not in name and "bias" not in name
            encoded = name.encode()
            file.write(struct.pack("<3i", data.ndim, len(encoded), int(is_half)))
            file.write(struct.pack(f"<{data.ndim}i", *reversed(data.shape)) + encoded)
            file.write(data.astype(np.float16 if is_half else np.float32).tobytes())


def main(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    weights = make_weights()
    save_encoder(weights, os.path.join(folder, "encoder.onnx"))
    save_decoder(weights, os.path.join(folder, "decoder.onnx"))
    save_ggml(weights, os.path.join(folder, "ggml-nano.bin"))
    with open(os.path.join(folder, "tokens.txt"), "w") as file:
        for number, word in enumerate(vocabulary()):
            file.write(f"{base64.b64encode(word).decode()} {number}\n")
    with open(os.path.join(folder, "sentence.txt"), "w") as file:
        file.write("".join(SENTENCE) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
