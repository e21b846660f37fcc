"""Runs the races whose names contain one of the words given, or all.

    python3 main.py OURS [WORD...]

OURS is the program made of bench/ours.c."""
import importlib.metadata
import sys

import torch

# Importing a module enters its races into RACES.
import bidirectional
import textcnn
import writing
from race import RACES, Ours, run

del bidirectional, textcnn, writing

PACKAGES = "torch", "jax", "tensorflow", "ai-edge-litert", "onnxruntime", \
    "openvino"


def version(package):
    for name in package, f"{package}-cpu":
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return "not installed"


def main(program, *words):
    torch.set_num_threads(1)
    ours = Ours(program)
    for package in PACKAGES:
        print(f"{package:28} {version(package)}")
    print(f"{'':28} {'peer':12} {'theirs':>14} {'ours':>14} {'best':>7} "
          f"{'median':>7} {'goal':>6}", flush=True)
    for race in RACES:
        if not words or any(word in race.name for word in words):
            run(race, ours)


main(*sys.argv[1:])
