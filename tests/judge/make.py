"""Writes numbers.txt beside this script: what PyTorch computes for the random
models of tests/gen, from their texts alone.

    python3 make.py [MODELS]

Needs PyTorch, numpy and a C compiler; the tests do not. All is computed with
doubles. Weights and inputs are random numbers that tests/e2e/judge.c draws as
well, uniform and rounded to floats. The file holds a line a tensor:

    model NAME ROWS CHECKSUM          of its text, as `cksum` prints it
    output DIGEST                     of inference, one after the other
    loss VALUE TOTAL                  without and with penalties on weights
    metric NAME VALUE
    update NAME SHAPE DIGEST          of a parameter
    floats ERROR                      what PyTorch's are off by, if a lot

An update is what the second of two steps on the same rows takes off a weight,
divided by the rate; the first has the rate 0, so that what the optimiser
carries takes part. A digest is the tensor's Euclidean norm and its products
with two random tensors."""
import math
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from text import read  # noqa: E402
from walk import Walk, bound  # noqa: E402

FOR_CHECK = 6  # the purpose of random numbers in tests: runtime/nn_rng.h
torch.set_default_dtype(torch.float64)


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011) of columns of counters."""
    c, k = [x.astype(np.uint64) for x in counter], list(key)
    low = np.uint64(0xffffffff)
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k[0]), p1 & low,
             (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k[1]), p0 & low]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return np.stack(c, 1).reshape(-1)


def words(which, count):
    n = -(-count // 4)
    index = np.arange(n)
    same = np.ones(n)
    counter = [index, 0 * index, same * which, same * FOR_CHECK]
    return philox(counter, (1, 0))[:count]


def uniform(which, count):
    """Within -1 and 1, exactly what the C side has."""
    return 2 * ((words(which, count).astype(np.float64) + 0.5) / 2**32) - 1


def stream(name):
    """FNV-1a of a name."""
    h = 2166136261
    for c in name.encode():
        h = (h ^ c) * 16777619 & 0xffffffff
    return h


def rounded(values, shape):
    values = torch.from_numpy(values.reshape(shape))
    return values.float().to(torch.get_default_dtype())


def draw_weights(name, shape):
    count = math.prod(shape)
    fan = count / shape[0]
    scale = 1.7 / math.sqrt(fan) if len(shape) > 1 else 0.4
    return rounded(scale * uniform(stream(name), count), shape)


def pad(ids, which):
    """Takes ids off rows: in front, behind, at both ends or nowhere."""
    steps = ids.shape[1]
    for row, word in zip(ids, words(which + 1, len(ids)).tolist()):
        gone = word // 4 % (steps + 1)
        front = (0, gone, word // 64 % (gone + 1), 0)[word % 4]
        behind = 0 if word % 4 == 3 else gone - front
        row[:front] = 0
        row[steps - behind:] = 0


def draw_input(name, shape, classes, padded):
    count = math.prod(shape)
    if classes is not None:
        ids = words(stream(name), count) % np.uint64(classes)
        ids = torch.from_numpy(ids.astype(np.int64).reshape(shape))
        if padded:
            pad(ids, stream(name))
        return ids
    return rounded(1.5 * uniform(stream(name), count), shape)


def setting(walk, name, default):
    if name not in walk.train:
        return default
    return walk.value(None, walk.train[name][1][0][1])


def gradients(walk):
    """The loss with penalties, and its gradients by trained parameters."""
    trained = {n: p for n, p in walk.params.items() if not p.frozen}
    total = sum(walk.losses)
    l1, l2 = setting(walk, "l1", 0), setting(walk, "l2", 0)
    for p in trained.values():
        if p.data.dim() >= 2:
            total = total + (l1 + p.l1) * p.data.abs().sum() + \
                (l2 + p.l2) / 2 * p.data.square().sum()
    found = torch.autograd.grad(total, [p.data for p in trained.values()],
                                allow_unused=True)
    found = [torch.zeros_like(p.data) if g is None else g
             for g, p in zip(found, trained.values())]
    most = setting(walk, "clip", 0)
    if most:
        norm = math.sqrt(sum(float(g.square().sum()) for g in found))
        found = [g * min(1, most / (norm + 1e-6)) for g in found]
    return total, dict(zip(trained, found))


def second_update(walk, g):
    """What the optimiser makes of the gradient g, given twice."""
    kind, args = walk.train.get("optimizer", ("adam", []))
    said = {k: v for k, v in walk.args(None, args)}
    if kind == "sgd":
        m = said.get("momentum", 0)
        v = (1 + m) * g
        return g + m * v if said.get("nesterov") else v
    b1, b2 = said.get("beta1", 0.9), said.get("beta2", 0.999)
    m = (1 - b1) * g * (1 + b1) / (1 - b1**2)
    v = (1 - b2) * g * g * (1 + b2) / (1 - b2**2)
    return m / (v.sqrt() + said.get("eps", 1e-8))


def number(v):
    return f"{torch.as_tensor(v).item():.12g}"


def digest(tensor):
    v = tensor.detach().reshape(-1).double().numpy()
    numbers = [np.sqrt(np.sum(v * v))]
    numbers += [np.dot(v, uniform(k, len(v))) for k in (1, 2)]
    return " ".join(map(number, numbers))


def judge(text):
    definitions = read(text)
    model = [d for d in definitions.values() if d.kind == "model"][-1]
    rows = next(int(i[1]["batch"][1][0][1][1]) for i in model.items
                if i[0] == "train")
    walk = Walk(definitions, rows, draw_weights, draw_input)
    walk.model(model)
    total, g = gradients(walk)
    lines = [f"output {digest(v.expand(rows, *v.shape[1:]))}"
             for v in walk.outputs]
    lines.append(f"loss {number(sum(walk.losses))} {number(total)}")
    lines += [f"metric {k} {number(v)}" for k, v in walk.metrics.items()]
    for name, p in walk.params.items():
        update = second_update(walk, g[name]) if name in g else 0 * p.data
        shape = "x".join(map(str, p.data.shape))
        lines.append(f"update {name} {shape} {digest(update)}")
    return model.name, rows, lines


def tensors(lines):
    """The digests of outputs and updates, by kind."""
    words = [line.split() for line in lines]
    return {kind: [list(map(float, w[-3:])) for w in words if w[0] == kind]
            for kind in ("output", "update")}


def float_error(text, lines):
    """How far PyTorch's floats are off, as tests/e2e/judge.c measures it."""
    torch.set_default_dtype(torch.float32)
    found, worst = tensors(judge(text)[2]), 0
    torch.set_default_dtype(torch.float64)
    for kind, wanted in tensors(lines).items():
        least = max(d[0] for d in wanted) / 100
        worst = max([worst] + [abs(a - b) / (max(w[0], least) + 1e-300)
                               for w, f in zip(wanted, found[kind])
                               for a, b in zip(w, f)])
    return worst


def checksum(text):
    said = subprocess.run(["cksum"], input=text.encode(), capture_output=True,
                          check=True).stdout
    return said.split()[0].decode()


def main(count):
    with tempfile.TemporaryDirectory() as folder:
        gen, parts = os.path.join(folder, "gen"), os.path.join(HERE, "../gen")
        sources = [os.path.join(parts, f) for f in sorted(os.listdir(parts))
                   if f.endswith(".c")]
        subprocess.run(["cc", "-std=c11", "-O1", "-o", gen, *sources],
                       check=True)
        with open(os.path.join(HERE, "numbers.txt"), "w") as out:
            for seed in range(1, count + 1):
                text = subprocess.run([gen, str(seed), "steady"], check=True,
                                      capture_output=True, text=True).stdout
                name, rows, lines = judge(text)
                head = f"model {name} {rows} {checksum(text)}"
                error = float_error(text, lines)
                if error > 1e-5:
                    lines.append(f"floats {error:.1e}")
                out.write("\n".join([head, *lines]) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
