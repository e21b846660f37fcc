"""A model of the golden files: what it is fed, and its parameters, all from
closed formulas that tests/e2e/golden.c repeats; and the table of all models,
which the modules beside this one fill."""
import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
CASES = {}


def case(make=None, rows=3, scale=0.5, name=None):
    """Enters a function that computes outputs and loss of a Case under its
    name, with so many rows and weights of this scale."""
    if make is None:
        return lambda f: case(f, rows, scale, name)
    CASES[name or make.__name__] = make, rows, scale
    return make


def wave(count, step, phase, scale=1.0):
    values = [scale * math.sin(step * i + phase) for i in range(count)]
    return torch.tensor(values).float().double()


class Case:
    """One model: its parameters, inputs and targets, made on first use."""

    def __init__(self, rows=3, scale=0.5):
        self.rows, self.scale = rows, scale
        self.lines, self.params, self.fed = [], {}, {}
        self.metrics, self.moment, self.chosen = {}, 0, []
        self.statistics, self.training = {}, True

    def param(self, name, *shape, scale=None, frozen=False):
        if name not in self.params:
            scale = self.scale if scale is None else scale
            phase = 1.0 + len(self.params)
            w = wave(math.prod(shape), 0.7, phase, scale).reshape(shape)
            self.params[name] = w.requires_grad_(not frozen)
            size = "x".join(map(str, shape))
            self.lines.append(f"param {name} {size} {scale} {phase}")
        return self.params[name]

    def feed(self, name, make):
        if name not in self.fed:
            self.fed[name] = 0.25 + 0.5 * len(self.fed)
            self.lines.append(f"input {name} {self.fed[name]}")
        return make(self.fed[name] + self.moment)

    def input(self, name, *shape):
        shape = (self.rows, *shape)
        return self.feed(
            name, lambda p: wave(math.prod(shape), 0.37, p).reshape(shape))

    def target(self, name, classes, *shape):
        shape = (self.rows, *shape)
        ids = torch.arange(math.prod(shape)) * 3
        return self.feed(name, lambda p: ((ids + int(p)) % classes)
                         .reshape(shape))

    def tokens(self, name, classes, steps):
        """Ids of rows that are all there: neither end of one is 0."""
        new = name not in self.fed
        ids = self.target(name, classes, steps).clone()
        if new:
            self.lines[-1] += " whole"
        for end in (0, -1):
            ids[:, end] = ids[:, end].clamp(min=1)
        return ids

    def padded(self, name, classes, steps, side):
        """Ids of which row r has 1 + (5 r + 7) % steps, `short` a quarter of
        that, and where those are; the others are 0, and of those no one."""
        new, ends = name not in self.fed, []
        ids = self.target(name, classes, steps).clamp(min=1)
        if new:
            self.lines[-1] += " " + side
        for r in range(self.rows):
            n = 1 + (5 * r + 7) % (steps // 4 if side == "short" else steps)
            ends.append((steps - n, steps) if side == "front" else (0, n))
            ids[r, :ends[r][0]] = 0
            ids[r, ends[r][1]:] = 0
        return ids, ends

    def dense(self, x, name, n, bias=True, end=""):
        w = self.param(name + ".weight" + end, n, x.shape[-1])
        b = self.param(name + ".bias" + end, n) if bias else None
        return F.linear(x, w, b)

    def embedding(self, ids, name, v, n):
        if name + ".weight" not in self.params:
            with torch.no_grad():
                self.param(name + ".weight", v, n)[0] = 0
        return F.embedding(ids, self.params[name + ".weight"], padding_idx=0)

    def conv(self, x, name, n, kernel, bias=True, **how):
        w = self.param(name + ".weight", n, x.shape[1], *pair(kernel))
        b = self.param(name + ".bias", n) if bias else None
        return F.conv2d(x, w, b, **how)

    def conv1d(self, x, name, n, kernel, pad=(0, 0), bias=True, **how):
        """[rows, time, features] with so many steps in front and behind."""
        w = self.param(name + ".weight", n, x.shape[2], kernel)
        b = self.param(name + ".bias", n) if bias else None
        x = F.pad(x.movedim(2, 1), pad)
        return F.conv1d(x, w, b, **how).movedim(1, 2)

    def textcnn(self, x, name, widths, n, act):
        return torch.cat(
            [act(self.conv1d(x, f"{name}.conv1d{i + 1}", n, w)).amax(1)
             for i, w in enumerate(widths)], 1)

    def layernorm(self, x, name, eps=1e-5, axis=-1):
        n = x.shape[axis]
        w, b = self.param(name + ".weight", n), self.param(name + ".bias", n)
        y = F.layer_norm(x.movedim(axis, -1), (n,), w, b, eps)
        return y.movedim(-1, axis)

    def statistic(self, name, n, base, scale=0.25):
        if name not in self.statistics:
            phase = 1.5 + len(self.statistics)
            self.statistics[name] = base + wave(n, 0.7, phase, scale)
            self.lines.append(
                f"statistic {name} {n} {base} {scale} {phase}")
        return self.statistics[name]

    def batchnorm(self, x, name, eps=1e-5, momentum=0.1, training=None,
                  axis=1):
        n = x.shape[axis]
        w, b = self.param(name + ".weight", n), self.param(name + ".bias", n)
        y = F.batch_norm(
            x.movedim(axis, 1), self.statistic(name + ".running_mean", n, 0),
            self.statistic(name + ".running_var", n, 1), w, b,
            self.training if training is None else training, momentum, eps)
        return y.movedim(1, axis)

    def recurrent(self, x, name, kind, n, start=None, width=None, both=False):
        """rnn, lstm or gru: all outputs [rows, time, n] and the last state, or
        in both directions; a packed sequence x needs its width."""
        width = width or x.shape[2]
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
        module = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU,
                  "lstm": torch.nn.LSTM}[kind](width, n, batch_first=True,
                                               bidirectional=both)
        weights = {
            "weight_ih_l0": (gates * n, width),
            "weight_hh_l0": (gates * n, n),
            "bias_ih_l0": (gates * n,), "bias_hh_l0": (gates * n,)}
        weights = {key + end: self.param(f"{name}.{key}{end}", *shape)
                   for end in ("", "_reverse")[:1 + both]
                   for key, shape in weights.items()}
        args = (x,) if start is None else (x, start)
        return torch.func.functional_call(module, weights, args)


def pair(k):
    return k if isinstance(k, (list, tuple)) else (k, k)


def mse(y, t):
    return F.mse_loss(y, t)


def against(c, z, *shape):
    return z, mse(z, c.input("y", *shape))


def entropy(c, y, t):
    """Cross entropy and the accuracy beside it; classes are the last axis."""
    c.metrics["accuracy"] = (y.argmax(-1) == t).double().mean()
    return F.cross_entropy(y.reshape(-1, y.shape[-1]), t.reshape(-1))


def squares(c, y, *shape):
    t = c.input("t", *shape)
    return y, mse(y, t)
