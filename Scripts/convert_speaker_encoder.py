"""Writes the weights of the GE2E speaker encoder (Resemblyzer) as one flat file, without PyTorch:
convert_speaker_encoder.py PRETRAINED.pt FLAT

PyTorch's old file format is a row of pickles: a magic number, a version, facts about the machine, the checkpoint whose
tensors name their storages, the list of storage names; then, for each storage, its length and its bytes.

The flat file: "GE2E" and four zero bytes, then, as little-endian 32-bit floats without gaps, for each of the three layers
weight_ih (1024 rows), weight_hh (1024 × 256), bias_ih, bias_hh (1024 each), and at the end linear.weight (256 × 256)
and linear.bias (256). Rows of a layer come gate by gate: input, forget, cell, output.
"""

import collections
import pickle
import struct
import sys

MAGIC = 0x1950A86A20F9469CFC6C
LAYERS, HIDDEN, MELS = 3, 256, 40


class Storage(collections.namedtuple("Storage", "name count")):
    """Where numbers lie."""


class Tensor(collections.namedtuple("Tensor", "storage offset shape stride")):
    """A view of a storage."""


def tensor(storage, offset, shape, stride, *_):
    return Tensor(storage, offset, tuple(shape), tuple(stride))


class Checkpoint(pickle.Unpickler):
    """Knows the few names that such a file needs, and nothing that could run."""

    KNOWN = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): tensor,
        ("torch", "FloatStorage"): "float32",
        ("torch", "LongStorage"): "int64",
    }

    def find_class(self, module, name):
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into this file")
        return self.KNOWN[module, name]

    def persistent_load(self, identifier):
        kind, _, name, _, count, *_ = identifier
        if kind != "storage":
            raise pickle.UnpicklingError("only storages lie outside of the pickle")
        return Storage(name, count)


def read(path):
    """The tensors of `model_state` by name, as (shape, bytes)."""
    with open(path, "rb") as file:
        if Checkpoint(file).load() != MAGIC:
            sys.exit(f"{path} is not a checkpoint in PyTorch's old format")
        Checkpoint(file).load()  # version
        Checkpoint(file).load()  # machine
        checkpoint = Checkpoint(file).load()
        sizes = {}
        for value in walk(checkpoint):
            sizes[value.storage.name] = value.storage.count
        data = {}
        for name in Checkpoint(file).load():
            (count,) = struct.unpack("<q", file.read(8))
            if count != sizes.get(name, count):
                sys.exit(f"{path}: a storage has another length than the checkpoint says")
            # Only 32-bit floats are wanted; whatever else lies there has the same width or ends the list.
            data[name] = file.read(4 * count)
    return {name: (value.shape, data[value.storage.name][4 * value.offset:][:4 * numbers(value.shape)])
            for name, value in checkpoint["model_state"].items()}


def walk(value):
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from walk(item)


def numbers(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


def main(source, target):
    state = read(source)
    wanted = []
    for layer in range(LAYERS):
        width = MELS if layer == 0 else HIDDEN
        wanted += [
            (f"lstm.weight_ih_l{layer}", (4 * HIDDEN, width)), (f"lstm.weight_hh_l{layer}", (4 * HIDDEN, HIDDEN)),
            (f"lstm.bias_ih_l{layer}", (4 * HIDDEN,)), (f"lstm.bias_hh_l{layer}", (4 * HIDDEN,))]
    wanted += [("linear.weight", (HIDDEN, HIDDEN)), ("linear.bias", (HIDDEN,))]
    parts = [b"GE2E\0\0\0\0"]
    for name, shape in wanted:
        found, data = state[name]
        if found != shape or len(data) != 4 * numbers(shape):
            sys.exit(f"{source}: {name} has the shape {found}, not {shape}")
        parts.append(data)
    with open(target, "wb") as file:
        file.write(b"".join(parts))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
