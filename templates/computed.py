"""What a program of nnc has computed, and the exported model beside it."""
import importlib.util
import json

import numpy as np


def read(path, kind):
    """The tensors of a safetensors file, by kind and name."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        head, data = json.loads(file.read(size)), file.read()
    found = {}
    for key, t in head.items():
        if key == "__metadata__":
            continue
        group, name = key.split(".", 1)
        x = np.frombuffer(data[slice(*t["data_offsets"])], kind)
        found.setdefault(group, {})[name] = x.reshape(t["shape"])
    return found


def load(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
