"""What a program of nnc has computed, and the exported model beside it."""
import importlib.util
import json

import numpy as np


def tensors(path, kind):
    """Those of a safetensors file."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        head = json.loads(file.read(size))
    head.pop("__metadata__", None)
    data = np.memmap(path, np.uint8, "r", 8 + size) if head else None
    return {name: data[slice(*t["data_offsets"])].view(kind).reshape(t["shape"])
            for name, t in head.items()}


def read(path, kind):
    """The same, by kind and name."""
    found = {}
    for key, x in tensors(path, kind).items():
        group, name = key.split(".", 1)
        found.setdefault(group, {})[name] = x
    return found


def load(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
