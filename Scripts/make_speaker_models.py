"""Writes two small models with which sherpa-onnx tells tones apart instead of voices:

    make_speaker_models.py FOLDER

`segmentation.onnx` takes windows of 10 s as pyannote's segmentation-3.0 does: it hears twenty tones, each as one of
three local speakers, at most two at a time. `embedding.onnx` takes filter banks as 3D-Speaker's models do and answers
with where their energy lies. Tone `v` is one voice; the tests know its frequency (`SpeakerTones`).
"""

import math
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE, WINDOW, FIELD, STEP = 16000, 160000, 991, 270
VOICES, SLOTS = 20, 3


def mel(hertz):
    return 1127 * math.log(1 + hertz / 700)


def tone(voice):
    """The middle of every fourth filter of 80 between 20 and 7600 Hz."""
    low, high = mel(20), mel(7600)
    at = low + (high - low) * (4 + 3.8 * voice) / 81
    return 700 * (math.exp(at / 1127) - 1)


def save(nodes, inputs, outputs, constants, metadata, path):
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tones", inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, str(value)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def segmentation(path):
    at = np.arange(FIELD) / RATE
    waves = [wave(2 * math.pi * tone(voice) * at) * 2 / FIELD for wave in (np.cos, np.sin) for voice in range(VOICES)]
    slots = np.zeros((VOICES, SLOTS), np.float32)
    for voice in range(VOICES):
        slots[voice, voice % SLOTS] = 1
    classes = np.zeros((SLOTS, 7), np.float32)
    cost = np.zeros(7, np.float32)
    for number, speakers in enumerate([(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]):
        cost[number] = -0.5 * len(speakers)
        for speaker in speakers:
            classes[speaker, number] = 1
    constants = {
        "waves": np.stack(waves).astype(np.float32)[:, None, :], "slots": slots, "classes": classes, "cost": cost,
        "least": np.array(0.1 ** 2, np.float32), "one": np.array(1, np.float32), "count": np.array([VOICES, VOICES]),
        "axis": np.array([2]),
    }
    nodes = [
        helper.make_node("Conv", ["x", "waves"], ["parts"], strides=[STEP]),
        helper.make_node("Mul", ["parts", "parts"], ["squares"]),
        helper.make_node("Split", ["squares", "count"], ["real", "imaginary"], axis=1),
        helper.make_node("Add", ["real", "imaginary"], ["powers"]),
        helper.make_node("Greater", ["powers", "least"], ["loud"]),
        helper.make_node("Cast", ["loud"], ["heard"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["heard"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "slots"], ["counts"]),
        helper.make_node("Min", ["counts", "one"], ["active"]),
        helper.make_node("MatMul", ["active", "classes"], ["scores"]),
        helper.make_node("Add", ["scores", "cost"], ["y"]),
    ]
    save(
        nodes, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, "T"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "F", 7])], constants,
        {
            "num_speakers": SLOTS, "powerset_max_classes": 2, "num_classes": 7, "sample_rate": RATE,
            "window_size": WINDOW, "receptive_field_size": FIELD, "receptive_field_shift": STEP,
            "model_type": "pyannote-segmentation-3.0", "model_author": "tests",
        }, path)


def embedding(path):
    constants = {"sharp": np.array(2, np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["mean", "sharp"], ["scaled"]),
        helper.make_node("Softmax", ["scaled"], ["y"], axis=1),
    ]
    save(
        nodes, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", 80])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 80])], constants,
        {
            "framework": "3d-speaker", "language": "tones", "url": "", "comment": "made for tests",
            "sample_rate": RATE, "output_dim": 80, "normalize_samples": 1, "feature_normalize_type": "",
        }, path)


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
segmentation(folder / "segmentation.onnx")
embedding(folder / "embedding.onnx")
