"""Writes the .txt files beside this script: what PyTorch computes, in float64,
for the models of the .nn files here and of the examples.

    python3 make.py [NAME...]

Needs PyTorch (and safetensors for `carried`); the tests do not. The models are
functions in the modules beside this one, a module a kind. Weights and inputs
follow closed formulas that tests/e2e/golden.c repeats, rounded to float32 so
that both see the same numbers:

    weight i of a parameter   scale * sin(0.7 * i + phase)
    value i of an input       sin(0.37 * i + phase)
    class i of a target       (phase + 3 * i) % classes

A file holds lines: `rows N`; `param NAME SHAPE scale phase`; `input NAME
phase`, for tokens over time with the side of their padding, `front`, `behind`,
`short` behind few or `whole` where there is none; `loss`, `metric NAME`, `trained` (the loss of a
step, with penalties) and their values; `output` and `gradient NAME` with the count of values, the
largest magnitude, the Euclidean norm and up to seventeen pairs of index and
value; or, for optimisers, `steps N rate`, `after NAME` and `slot I NAME` in the
same form. A layer with statistics has
`statistic NAME SHAPE base scale phase` (base + scale * sin); output and loss
are those of evaluation, gradients those of a step, and behind them stand the
statistics after it."""
import math
import os
import sys

import torch

# Importing a module enters its models into CASES.
import attention
import cells
import examples
import layers
import lengths
import losses
import maths
import series
import shares
import tokens
import values
from case import CASES, Case, wave
from optimisers import OPTIMISERS, SLOTS, small_six

HERE = os.path.dirname(os.path.abspath(__file__))


def number(v):
    return f"{torch.as_tensor(v).item():.17g}"


def sampled(v):
    """count max norm, then pairs: evenly spaced, the largest and the last."""
    v = v.detach().reshape(-1)
    largest = int(v.abs().argmax())
    every = max(1, -(-len(v) // 15))
    at = sorted({*range(0, len(v), every), largest, len(v) - 1})
    pairs = " ".join(f"{i} {number(v[i])}" for i in at)
    return f"{len(v)} {number(v[largest].abs())} {number(v.norm())} {pairs}"


def gradients(name):
    make, rows, scale = CASES[name]
    c = Case(rows, scale)
    c.penalty = torch.zeros(())
    c.training = False
    y, loss = make(c)
    lines = [f"output {sampled(y)}", f"loss {number(loss)}"]
    lines += [f"metric {k} {number(v)}" for k, v in c.metrics.items()]
    if c.chosen:
        ids = torch.cat([k.reshape(c.rows, -1) for k in c.chosen], 1)
        lines += ["chosen " + " ".join(map(str, ids.reshape(-1).tolist()))]
    c.training = True
    loss = make(c)[1] if c.statistics else loss
    (loss + c.penalty).backward()
    lines += [f"trained {number(loss + c.penalty)}"]
    lines += [f"gradient {k} {sampled(w.grad)}" for k, w in c.params.items()
              if w.requires_grad]
    lines += [f"after {k} {sampled(v)}" for k, v in c.statistics.items()]
    return c, lines


def updates(name):
    make, how = OPTIMISERS[name]
    c, optimiser, steps = Case(), None, 10
    for step in range(steps):
        c.moment = float(step)
        if optimiser:
            optimiser.zero_grad()
        loss = how.get("network", small_six)(c)[1]
        weights = [w for k, w in c.params.items()
                   if not k.startswith(how.get("frozen", "-"))]
        if "l2" in how:
            loss = loss + sum(how["l2"] / 2 * w.square().sum()
                              for w in weights if w.dim() >= 2)
        optimiser = optimiser or make(weights)
        loss.backward()
        if "clip" in how:
            torch.nn.utils.clip_grad_norm_(weights, how["clip"])
        if "clip value" in how:
            torch.nn.utils.clip_grad_value_(weights, how["clip value"])
        optimiser.step()
    rate = optimiser.param_groups[0]["lr"]
    lines = [f"steps {steps} {rate}"]
    lines += [f"after {k} {sampled(w)}"
              for k, w in (c.params | c.statistics).items()]
    for k, w in c.params.items():
        states = optimiser.state.get(w, {})
        kept = [states[s] for s in SLOTS if states.get(s) is not None]
        lines += [f"slot {i + 1} {k} {sampled(v)}" for i, v in enumerate(kept)]
    return c, lines


def carried():
    """A state dictionary saved as PyTorch users do (needs the package
    safetensors), rows and what the modules make of them."""
    from safetensors.torch import save_file
    torch.manual_seed(1)
    net = torch.nn.ModuleDict({
        "encoder": torch.nn.LSTM(3, 7, batch_first=True),
        "second": torch.nn.GRU(7, 6, batch_first=True),
        "head": torch.nn.Linear(6, 2)}).float()
    save_file(net.state_dict(), os.path.join(HERE, "carried.safetensors"),
              metadata={"format": "pt"})
    net.double()
    x = wave(4 * 15, 0.37, 0.25).reshape(4, 5, 3)
    y = net["head"](net["second"](net["encoder"](x)[0])[0][:, -1])
    for name, rows in (("rows", x.reshape(4, 15)), ("wanted", y)):
        with open(os.path.join(HERE, f"carried-{name}.csv"), "w") as out:
            for row in rows:
                out.write(",".join(f"{v:.9g}" for v in row.tolist()) + "\n")


def main(names):
    for name in names or ["carried", *CASES, *OPTIMISERS]:
        if name == "carried":
            carried()
            continue
        c, lines = (updates if name in OPTIMISERS else gradients)(name)
        with open(os.path.join(HERE, name + ".txt"), "w") as out:
            out.write("\n".join([f"rows {c.rows}", *c.lines, *lines]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
