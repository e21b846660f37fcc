"""Writes the .txt files beside this script: what PyTorch computes, in float64,
for the models of the .nn files here and of the examples.

    python3 make.py [NAME...]

Needs PyTorch (and safetensors for `carried`); the tests do not. Weights and inputs follow closed formulas
that tests/e2e/golden.c repeats, rounded to float32 so that both see the same
numbers:

    weight i of a parameter   scale * sin(0.7 * i + phase)
    value i of an input       sin(0.37 * i + phase)
    class i of a target       (phase + 3 * i) % classes

A file holds lines: `rows N`; `param NAME SHAPE scale phase`; `input NAME
phase`; `loss`, `metric NAME`, `trained` (the loss of a step, with penalties)
and their values; `output` and `gradient NAME`
with the count of values, the largest magnitude, the Euclidean norm and up to
seventeen pairs of index and value; or, for optimisers, `steps N rate`,
`after NAME` and `slot I NAME` in the same form. A layer with statistics has
`statistic NAME SHAPE base scale phase` (base + scale * sin); output and loss
are those of evaluation, gradients those of a step, and behind them stand the
statistics after it."""
import math
import os
import sys

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)


def wave(count, step, phase, scale=1.0):
    values = [scale * math.sin(step * i + phase) for i in range(count)]
    return torch.tensor(values).float().double()


class Case:
    """One model: its parameters, inputs and targets, made on first use."""

    def __init__(self, rows=3, scale=0.5):
        self.rows, self.scale = rows, scale
        self.lines, self.params, self.fed = [], {}, {}
        self.metrics, self.moment = {}, 0
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

    def dense(self, x, name, n, bias=True):
        w = self.param(name + ".weight", n, x.shape[-1])
        return F.linear(x, w, self.param(name + ".bias", n) if bias else None)

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

    def recurrent(self, x, name, kind, n, start=None):
        """rnn, lstm or gru: all outputs [rows, time, n] and the last state."""
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
        module = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU,
                  "lstm": torch.nn.LSTM}[kind](x.shape[2], n, batch_first=True)
        weights = {
            "weight_ih_l0": (gates * n, x.shape[2]),
            "weight_hh_l0": (gates * n, n),
            "bias_ih_l0": (gates * n,), "bias_hh_l0": (gates * n,)}
        weights = {key: self.param(f"{name}.{key}", *shape)
                   for key, shape in weights.items()}
        args = (x,) if start is None else (x, start)
        return torch.func.functional_call(module, weights, args)


def pair(k):
    return k if isinstance(k, (list, tuple)) else (k, k)


def mse(y, t):
    return F.mse_loss(y, t)


def entropy(c, y, t):
    """Cross entropy and the accuracy beside it; classes are the last axis."""
    c.metrics["accuracy"] = (y.argmax(-1) == t).double().mean()
    return F.cross_entropy(y.reshape(-1, y.shape[-1]), t.reshape(-1))


def squares(c, y, *shape):
    t = c.input("t", *shape)
    return y, mse(y, t)


# Layers -------------------------------------------------------------------

def dense_row(c):
    y, loss = squares(c, c.dense(c.input("x", 7), "d", 5), 5)
    c.metrics["rmse"] = loss.sqrt()
    return y, loss


def dense_time(c):
    return squares(c, c.dense(c.input("x", 6, 3), "d", 5, bias=False), 6, 5)


def conv_valid(c):
    h = c.conv(c.input("x", 2, 7, 9), "a", 2, 1).tanh()
    return squares(c, c.conv(h, "b", 3, 3), 3, 5, 7)


def conv_stride(c):
    h = c.conv(c.input("x", 3, 8, 9), "a", 3, 1).tanh()
    h = F.pad(h, (1, 2, 0, 0))  # left, right, top, bottom
    return squares(c, c.conv(h, "b", 4, (2, 4), stride=(2, 3)), 4, 4, 3)


def conv_same(c):
    h = c.conv(c.input("x", 2, 6, 7), "a", 3, 5, padding=2).tanh()
    return squares(c, c.conv(h, "b", 2, 3, bias=False, stride=2, padding=1),
                   2, 3, 4)


def conv_even(c):
    h = F.pad(c.conv(c.input("x", 2, 5, 6), "a", 2, 1).tanh(), (1, 2, 1, 2))
    return squares(c, c.conv(h, "b", 3, 4), 3, 5, 6)


def conv_full(c):
    h = c.conv(c.input("x", 1, 4, 5), "a", 2, 1).tanh()
    return squares(c, c.conv(h, "b", 17, 3, padding=2), 17, 6, 7)


def maxpool_overlap(c):
    h = c.conv(c.input("x", 2, 7, 8), "a", 3, 1)
    return squares(c, F.max_pool2d(h, 3, 2), 3, 3, 3)


def maxpool_pad(c):
    h = c.conv(c.input("x", 2, 6, 5), "a", 3, 1).relu()
    h = F.pad(h, (1, 1, 1, 1), value=-math.inf)
    return squares(c, F.max_pool2d(h, (2, 3), 2), 3, 4, 3)


def avgpool_pad(c):
    h = c.conv(c.input("x", 2, 6, 7), "a", 3, 1)
    return squares(c, F.avg_pool2d(h, 3, 2, 1), 3, 3, 4)


def pooled(c):
    h = c.conv(c.input("x", 2, 6, 5), "a", 3, 3)
    return squares(c, torch.cat([h.mean((2, 3)), h.amax((2, 3))], 1), 6)


def joined(c):
    x = c.input("x", 2, 4, 4)
    a = c.conv(x, "a1", 2, 1).tanh()
    b = c.conv(x, "b1", 3, 1).sigmoid()
    y = torch.cat([a, b], 1)[:, 1:5, 0:2, 1:4].flatten(1)
    return squares(c, c.dense(y, "d", 40), 40)


def reshaped(c):
    h = c.dense(c.input("x", 12), "d", 12).reshape(-1, 2, 3, 2)
    y = c.conv(h, "c", 2, (2, 1)).reshape(-1, 4, 2)[:, 1:3]
    return squares(c, y, 2, 2)


def normed(c):
    return squares(c, c.layernorm(c.dense(c.input("x", 6), "d", 9), "n"), 9)


def normed_time(c):
    h = c.dense(c.input("x", 5, 4), "d", 3)
    return squares(c, c.layernorm(h, "n", 1e-3), 5, 3)


def batchnorm_row(c):
    h = c.dense(c.input("x", 7), "d", 5, bias=False)
    h = c.batchnorm(h, "n", 1e-3, 0.3).tanh()
    return squares(c, c.dense(h, "e", 3), 3)


def batchnorm_single(c):
    """One value a feature, where PyTorch refuses."""
    h = c.dense(c.input("x", 4), "d", 3)
    if not c.training:
        y = c.batchnorm(h, "n")
    else:
        y = (h - h) * c.params["n.weight"] / 1e-5 ** 0.5 + c.params["n.bias"]
        c.statistics["n.running_mean"].mul_(0.9).add_(0.1 * h[0].detach())
    return squares(c, c.dense(y, "e", 2), 2)


def batchnorm_time(c):
    h = c.dense(c.input("x", 6, 4), "d", 5, bias=False)
    return squares(c, c.batchnorm(h, "n", axis=2), 6, 5)


def batchnorm_image(c):
    h = c.conv(c.input("x", 2, 5, 6), "a", 3, 3, bias=False, padding=1)
    h = c.batchnorm(h, "n1").relu()
    h = c.batchnorm(c.conv(h, "b", 3, 3, bias=False, padding=1) + h, "n2")
    return squares(c, h.relu().mean((2, 3)), 3)


def batchnorm_shared(c):
    h = c.dense(c.input("x", 4), "d", 5, bias=False)
    z = c.dense(c.input("z", 4), "e", 5, bias=False)
    y = c.batchnorm(h, "n").tanh() * c.batchnorm(z, "n")
    return squares(c, y, 5)


def batchnorm_frozen(c):
    h = c.conv(c.input("x", 2, 5, 6), "a", 3, 3)
    y = c.batchnorm(h, "n", training=False)
    c.params["n.weight"].requires_grad_(False)
    c.params["n.bias"].requires_grad_(False)
    return squares(c, y.tanh(), 3, 3, 4)


def batchnorm_cell(c):
    x = c.input("x", 5, 4)
    h = torch.tensor([0.5, -0.25, 0.75]).expand(c.rows, 3)
    by = torch.tensor([2.0, -4.0, 5.0])
    for step in range(5):
        z = c.dense(torch.cat((x[:, step], h), 1), "r.d", 3)
        h = (c.batchnorm(z, "r.n", training=False) / by).tanh()
    c.params["r.n.weight"].requires_grad_(False)
    c.params["r.n.bias"].requires_grad_(False)
    return squares(c, h, 3)


def own_statistic(c):
    h = c.dense(c.input("x", 3), "d", 4)
    seen = c.statistic("s.seen", 4, 0)
    y = c.dense((h - seen).tanh(), "e", 2)
    if c.training:
        seen.copy_((0.5 * seen + 0.5 * h.sum(0) / 2).detach())
    return squares(c, y, 2)


def residual(c, x, name, n, stride=1):
    h = c.conv(x, name + ".conv1", n, 3, bias=False, stride=stride, padding=1)
    h = c.batchnorm(h, name + ".batchnorm1").relu()
    h = c.conv(h, name + ".conv2", n, 3, bias=False, padding=1)
    h = c.batchnorm(h, name + ".batchnorm2")
    if stride != 1 or x.shape[1] != n:
        x = c.conv(x, name + ".conv3", n, 1, bias=False, stride=stride)
        x = c.batchnorm(x, name + ".batchnorm3")
    return (h + x).relu()


def resnet8(c):
    h = c.conv(c.input("image", 3, 32, 32), "conv1", 16, 3, bias=False,
               padding=1)
    h = c.batchnorm(h, "batchnorm1").relu()
    for i, n in enumerate((16, 32, 64)):
        h = residual(c, h, f"residual{i + 1}", n, 2 if i else 1)
    y = c.dense(h.mean((2, 3)), "dense1", 10)
    loss = entropy(c, y, c.target("kind", 10))
    c.penalty = 5e-4 / 2 * sum(w.square().sum() for w in c.params.values()
                               if w.dim() >= 2)
    return y.softmax(-1), loss


def residual_two(c):
    h = residual(c, c.input("x", 2, 6, 6), "same_size", 2)
    return squares(c, residual(c, h, "smaller", 3, 2), 3, 3, 3)


def shared(c):
    x, z = c.input("x", 6), c.input("z", 6)
    y = c.dense(x, "f", 4).tanh() * c.dense(z, "f", 4).sigmoid()
    y = y + F.linear(x, c.params["f.weight"], c.param("g.bias", 4))
    return squares(c, y, 4)


# Series -------------------------------------------------------------------

def series_valid(c):
    h = c.conv1d(c.input("x", 13, 3), "a", 5, 3).tanh()
    return squares(c, c.conv1d(h, "b", 4, 4, (1, 2)), 11, 4)


def series_stride(c):
    h = c.conv1d(c.input("x", 11, 2), "a", 17, 4, (2, 1), stride=3).tanh()
    return squares(c, c.conv1d(h, "b", 3, 2, stride=2, bias=False), 2, 3)


def series_causal(c):
    h = c.conv1d(c.input("x", 9, 3), "a", 4, 3, (4, 0), dilation=2).tanh()
    return squares(c, c.conv1d(h, "b", 6, 2, (4, 0), dilation=4), 9, 6)


def series_one(c):
    h = c.conv1d(c.input("x", 1, 4), "a", 3, 3, (1, 1)).tanh()
    return squares(c, c.conv1d(h, "b", 5, 3, (2, 2)), 3, 5)


def series_spread(c):
    h = c.conv1d(c.input("x", 12, 19), "a", 18, 3, (4, 4), stride=2,
                 dilation=3).tanh()
    return squares(c, c.conv1d(h, "b", 37, 4), 4, 37)


def series_pool(c):
    h = c.conv1d(c.input("x", 13, 2), "a", 5, 2).movedim(2, 1)
    h = F.avg_pool1d(F.pad(F.max_pool1d(h, 3, 2, 1), (1, 2)), 3)
    return squares(c, h.movedim(1, 2), 3, 5)


def series_whole(c):
    h = c.conv1d(c.input("x", 10, 4), "a", 11, 3)
    return squares(c, torch.cat([h.tanh().amax(1), h.mean(1)], 1), 22)


def series_text(c):
    h = c.dense(c.input("x", 7, 5), "e", 5)
    h = c.textcnn(h, "c", (2, 3, 4), 2, torch.relu)
    y = c.dense(h, "d", 2)
    return y, entropy(c, y, c.target("t", 2))


def series_wide(c):
    h = c.textcnn(c.input("x", 12, 20), "c", (3, 5), 36, torch.tanh)
    y = c.dense(h, "d", 3)
    return y, entropy(c, y, c.target("t", 3))


def series_cells(c):
    h = c.recurrent(c.input("x", 8, 3), "r", "gru", 4)[0]
    h = c.conv1d(h, "a", 5, 3).relu()
    return squares(c, c.recurrent(h, "s", "gru", 4)[0], 6, 4)


# Maths --------------------------------------------------------------------

def functions(c):
    p = c.dense(c.input("x", 8), "d", 8).sigmoid()
    y = (p.exp() + p.log() * p.sqrt() - p.square() / (1.5 + p)
         + (2 * p).tanh() + (p - 0.5).relu() + 0.25 * p - 1 + p)
    return squares(c, y, 8)


def bent(c):
    x = c.input("x", 8)
    h, g = c.dense(x, "d", 8), c.dense(x, "e", 8)
    y = (F.leaky_relu(h) + F.leaky_relu(h, 0.2) * F.elu(g) + F.elu(g, 0.5)
         + h.abs() * torch.minimum(h, g) + g.clamp(min=0.1)
         + torch.where(h > g, h * h, g)
         + torch.where(g <= 0.2, torch.ones(()), h) * (0.5 < h))
    return squares(c, y, 8)


def bell(x, mean, deviation):
    return (-((x - mean) / deviation) ** 2 / 2).exp()


def smooth(c):
    h = c.dense(c.input("x", 8), "d", 8)
    y = (F.softplus(h) * F.gelu(h) + F.gelu(2 * h, approximate="tanh")
         + F.silu(h) + bell(h, 0, 1) + bell(h, 0.5, 2) + h.erf()
         + F.softplus(-40 * h, threshold=1000) / 40 + (4 * h).erf())
    return squares(c, y, 8)


def largest(c):
    h = c.dense(c.input("x", 4, 3), "d", 3)
    y = h * h.amax(1, True) + h.amax(2, True) + h.amax((1, 2), True)
    return squares(c, y, 4, 3)


def measured(c):
    x = c.input("x", 5)
    h, z = c.dense(x, "d", 4), c.dense(x, "e", 3)
    t, k = c.input("t", 4), c.target("k", 3)
    loss = (F.l1_loss(h, t) + 2 * F.huber_loss(h, t)
            + F.huber_loss(t, h, delta=0.3)
            + 0.1 * F.l1_loss(h, t, reduction="sum") + entropy(c, z, k)
            + F.huber_loss(h, torch.full_like(h, 0.25), reduction="sum"))
    c.metrics["mae"] = F.l1_loss(h, t)
    c.metrics["zero_one"] = 1 - c.metrics["accuracy"]
    c.metrics["rmse"] = mse(h, t).sqrt()
    return h, loss


def spread(c):
    m = c.conv(c.input("x", 3, 4, 5), "c", 3, 1)
    y = ((m - m.mean(1, True)) * m.sum(3, True) + m.mean(2, True)
         + c.layernorm(m, "n", axis=1))
    return squares(c, y, 3, 4, 5)


def summed(c):
    v = c.dense(c.input("x", 4, 3), "d", 3)
    y = (v.square().sum((1, 2)) - v.mean((1, 2))
         + (v.sum(1) * v.mean(1)).sum(1)
         - (v.mean(2) * v.sum(2)).sum(1))
    return squares(c, y[:, None], 1)


def products(c):
    x = c.input("x", 5, 6)
    q, k = (torch.matmul(x, c.param(f"p{n}.weight", 6, 3))
            * c.param(f"p{n}.scale", 3) for n in "qk")
    return squares(c, (q @ k.transpose(1, 2)).softmax(-1), 5, 5)


class Sign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, dy):
        return dy * (ctx.saved_tensors[0].abs() <= 1)


def signs(c):
    h = Sign.apply(c.dense(c.input("x", 9), "d", 9))
    return squares(c, c.dense(h, "e", 2), 2)


def tied_pool(c):
    h = Sign.apply(c.conv(c.input("x", 2, 7, 8), "a", 3, 1))
    y = torch.cat([F.max_pool2d(h, 2).flatten(1),
                   F.max_pool2d(h, 3, stride=2, padding=1).flatten(1)], 1)
    return squares(c, c.dense(y, "d", 2), 2)


def tied_relu(c):
    h = Sign.apply(c.dense(c.input("x", 9), "d", 9))
    return squares(c, c.dense((h - 1).relu() + h, "e", 2), 2)


def tied_classes(c):
    y = Sign.apply(c.dense(c.input("x", 5), "d", 4))
    return y, entropy(c, y, c.target("t", 4))


def softmaxed(c):
    return squares(c, c.dense(c.input("x", 6), "d", 11).softmax(-1), 11)


def turned(c):
    v = c.dense(c.input("x", 5, 3), "d", 3)
    return squares(c, v.flip(1)[:, 0:2].mean(1) + v[:, -1], 3)


def wide(c):
    h = c.dense(c.input("x", 37), "a", 53).relu()
    y = c.dense(c.dense(h, "b", 131).tanh(), "c", 19)
    return y, entropy(c, y, c.target("t", 19))


# Values that look alike ------------------------------------------------------

def against(c, z, *shape):
    return z, mse(z, c.input("y", *shape))


def two(c):
    h = c.dense(c.input("x", 3), "dense1", 4).tanh()
    z = torch.cat([h[:, :2] * 2, h[:, 2:] ** 2], 1) + h * h
    return against(c, z, 4)


def overlapping(c):
    h = c.dense(c.input("x", 3), "d", 4).tanh()
    return against(c, h[:, :2] * 2 + h[:, 1:3] ** 2, 2)


def rejoined(c):
    h = c.dense(c.input("x", 3), "d", 4).tanh()
    turned = torch.cat([h[:, 2:], h[:, :2]], 1) * 2
    return against(c, torch.cat([turned, h[:, :2], h[:, 1:3]], 1), 8)


def turned_product(c, n=3):
    x = c.input("x", n)
    w = c.param("b.w", n, n)
    return against(c, (x @ w + 2 * x @ w.T).tanh(), n)


def turned_wide(c):
    return turned_product(c, 130)


def pads(c):
    x = c.input("x", 1, 5, 5)
    low = -math.inf
    a = F.max_pool2d(F.pad(x, (1, 0, 1, 0), value=low), 2)
    b = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=low), 2)
    return against(c, c.dense((a + 2 * b).flatten(1), "d", 3), 3)


def merged(c):
    x = c.input("x", 5, 3)
    w1, w2 = c.param("r.w1", 3, 3), c.param("r.w2", 3, 3)
    b1, b2 = c.param("r.b1", 3), c.param("r.b2", 3)
    h = torch.zeros(c.rows, 3)
    for t in range(5):
        p, q = h @ w1.T, h @ w2.T
        h = (x[:, t] + p + b1 + (q + b2) * p).tanh()
    return against(c, c.dense(h, "d", 2), 2)


def backwards_last(c):
    h = c.recurrent(c.input("x", 5, 3).flip(1), "r", "rnn", 3)[0].flip(1)
    return against(c, c.dense(h[:, -1], "d", 2), 2)


def softmax_in_loop(c):
    x = c.input("x", 6, 64)
    h = torch.zeros(c.rows, 5)
    for t in range(6):
        h = (0.5 * h + c.dense(x[:, t], "s.d", 5).softmax(-1)).tanh()
    return against(c, c.dense(h, "d", 2), 2)


def own_penalties(c):
    w, v = c.param("o.w", 3, 3), c.param("o.v", 3, 3, frozen=True)
    z = c.dense((c.input("x", 3) @ w.T @ v).tanh(), "d", 2)
    c.penalty = 0.25 * w.square().sum() + 0.1 * w.abs().sum()
    return against(c, z, 2)


# Values that are not of the network ----------------------------------------

def given(c):
    h = c.dense(c.input("x", 5, 4), "d", 3)
    state, leaked = torch.zeros(3), []
    for step in h.unbind(1):
        state = state * torch.tensor([0.9, -0.5, 0.1])
        state = state + step * torch.tensor([0.0, 1, 1])
        leaked.append(state + torch.tensor([1.0, 2, 3]))
    by_time = torch.arange(5.0, dtype=torch.float64)[:, None]
    y = (h * torch.tensor([0.5, -1, 2])
         + torch.tensor([[1.0], [2], [3], [4], [-5]]) * torch.stack(leaked, 1)
         + by_time * h / 4
         - h @ torch.tensor([[1.0, 0, 2], [0, 1, 0], [3, 0, 0]])
         + torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9], [1, 2, 3],
                         [0, 0, 1]]))
    return squares(c, y, 5, 3)


def causal(c):
    x = c.input("x", 5, 4)
    q, k, v = (c.dense(x, name, 3, name != "k") for name in "qkv")
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
    return squares(c, y, 5, 3)


def compared(c):
    y = c.dense(c.input("x", 6, 5), "d", 3).softmax(-1)
    k = c.target("k", 3)[:, None, None]
    t = c.target("t", 3, 6)
    z = ((k == torch.arange(3)) * y + (k > 1) * y.square() - (k != 0) * y / 2)
    brier = (F.one_hot(t, 3) - y).square().mean()
    return z, brier + ((t <= 1)[:, :, None] * z).mean()


# Losses -------------------------------------------------------------------

def linear_entropy(*shape):
    def case(c):
        y = c.dense(c.input("x", *shape, 5), "d", 4)
        return y, entropy(c, y, c.target("t", 4, *shape))
    return case


def entropy_sum(c):
    y = c.dense(c.input("x", 5), "d", 4)
    return y, F.cross_entropy(y, c.target("t", 4), reduction="sum")


def log_softmax(c):
    y = c.dense(c.input("x", 5), "d", 4).softmax(-1)
    return y, F.nll_loss(y.log(), c.target("t", 4))


def log_mixture(c):
    x = c.input("x", 5)
    a, b = (c.dense(x, n, 4).softmax(-1) for n in "de")
    y = 0.25 * a + 0.75 * b
    return y, F.nll_loss(y.log(), c.target("t", 4))


def squares_sum(c):
    y = c.dense(c.input("x", 5), "d", 3)
    t = c.input("t", 3)
    c.metrics["rmse"] = mse(y, t).sqrt()
    return y, F.mse_loss(y, t, reduction="sum")


def two_losses(c):
    x = c.input("x", 5)
    t, k = c.input("t", 5), c.target("k", 3)
    h = c.dense(x, "enc", 4).tanh()
    back, y = c.dense(h, "dec", 5), c.dense(h, "read", 3)
    return y, 0.5 * mse(back, x) + F.cross_entropy(y, k) + mse(back, t)


def small(c):
    h = c.dense(c.input("x", 5), "a", c.width).tanh()
    return squares(c, c.dense(h, "b", 3), 3)


def penalties(c):
    c.width = 4
    y, loss = small(c)
    for w in c.params.values():
        if w.dim() >= 2:
            c.penalty = c.penalty + 0.15 * w.square().sum() \
                + 0.02 * w.abs().sum()
    return y, loss


# Cells --------------------------------------------------------------------

def rnn_all(c):
    return squares(c, c.recurrent(c.input("x", 7, 3), "r", "rnn", 4)[0], 7, 4)


def lstm_all(c):
    return squares(c, c.recurrent(c.input("x", 6, 3), "r", "lstm", 5)[0], 6, 5)


def lstm_last(c):
    h = c.recurrent(c.input("x", 9, 17), "r", "lstm", 20)[0][:, -1]
    y = c.dense(h, "d", 3)
    return y, F.cross_entropy(y, c.target("t", 3))


def gru_stack(c):
    h = c.recurrent(c.input("x", 5, 3), "a", "gru", 6)[0]
    return squares(c, c.recurrent(h, "b", "gru", 4)[0][:, -1], 4)


def jordan_net(c):
    x, y, out = c.input("x", 5, 3), torch.zeros(c.rows, 4), []
    for t in range(5):
        h = c.dense(torch.cat([x[:, t], y], 1), "r.dense1", 6).sigmoid()
        y = c.dense(h, "r.dense2", 4).softmax(-1)
        out.append(y)
    y = torch.stack(out, 1)
    picked = y.log().reshape(-1, 4)
    return y, F.nll_loss(picked, c.target("t", 4, 5).reshape(-1))


def textbook(c):
    x, name = c.input("x", 6, 3), "book_lstm1.dense"
    h = s = torch.zeros(c.rows, 4)
    for t in range(6):
        xh = torch.cat([x[:, t], h], 1)
        g = c.dense(xh, name + "1", 4).tanh()
        i, f, o = (c.dense(xh, name + k, 4).sigmoid() for k in "234")
        s = g * i + s * f
        h = s * o
    return squares(c, c.dense(h, "dense1", 1), 1)


def three_states(c):
    x, out = c.input("x", 6, 3), []
    fast, slow = torch.full((c.rows, 4), 0.5), torch.zeros(c.rows, 4)
    for t in range(6):
        count = t + 1
        fast = (c.dense(x[:, t], "r.feed", 4) + slow).tanh() + 0.1 * fast
        new_slow = 0.9 * slow + fast / (1 + count)
        out.append(torch.cat([fast, slow], 1) * count)
        slow = new_slow
    return squares(c, torch.stack(out, 1), 6, 8)


def both_ways(c):
    x = c.input("x", 6, 3)
    ahead = c.recurrent(x, "a", "gru", 4)[0]
    back = c.recurrent(x.flip(1), "b", "gru", 4)[0].flip(1)
    return squares(c, torch.cat([ahead, back], 2).mean(1), 8)


def started_by_name(c):
    x, z, out = c.input("x", 4, 3), c.input("z", 5, 2), []
    a = b = torch.zeros(c.rows, 4)
    for t in range(4):
        a = (c.dense(x[:, t], "p.d", 4) + b).tanh()
        b = 0.5 * b + a
    for t in range(5):
        b = (c.dense(z[:, t], "q.d", 4) + 0.3 * a).tanh() - 0.2 * b
        a = 0.9 * a + b
        out.append(a * b)
    return squares(c, torch.stack(out, 1), 5, 4)


def turned_in_loop(c):
    x = c.input("x", 5, 3)
    up, over = c.param("r.up", 3, 3), c.param("r.over", 3, 3)
    h = torch.zeros(c.rows, 3)
    for t in range(5):
        h = (x[:, t] + h @ up - 2 * h @ over.T).tanh()
    return squares(c, h, 3)


def single_row(c):
    x = c.input("x", 5, 3)
    by, bias = c.param("r.by", 1), c.param("r.bias", 4)
    h = torch.zeros(c.rows, 4)
    for t in range(5):
        h = (c.dense(x[:, t], "r.d", 4) * by + h + bias).tanh()
    return squares(c, h * by, 4)


def handed_on(c):
    x, z = c.input("x", 4, 3), c.input("z", 5, 2)
    state = c.recurrent(x, "e", "lstm", 4)[1]
    return squares(c, c.recurrent(z, "d", "lstm", 4, state)[0], 5, 4)


# Examples -----------------------------------------------------------------

def xor(c):
    y = c.dense(c.dense(c.input("x", 2), "hidden", 8).tanh(), "out", 2)
    loss = entropy(c, y, c.target("odd", 2))
    return y.softmax(-1), loss


def iris(c):
    y = c.dense(c.dense(c.input("x", 4), "hidden", 6).sigmoid(), "out", 3)
    loss = entropy(c, y, c.target("species", 3))
    return y.softmax(-1), loss


def digits(c):
    h = c.conv(c.input("image", 1, 8, 8), "c1", 16, 3, padding=1).relu()
    h = c.conv(F.max_pool2d(h, 2), "c2", 32, 3, padding=1).relu()
    y = c.dense(F.max_pool2d(h, 2).flatten(1), "f3", 10)
    loss = entropy(c, y, c.target("digit", 10))
    return y.softmax(-1), loss


def lenet5(c):
    h = c.conv(c.input("image", 1, 28, 28), "c1", 6, 5, padding=2).relu()
    h = c.conv(F.max_pool2d(h, 2), "c3", 16, 5).relu()
    h = c.dense(F.max_pool2d(h, 2).flatten(1), "f5", 120).relu()
    y = c.dense(c.dense(h, "f6", 84).relu(), "f7", 10)
    loss = entropy(c, y, c.target("digit", 10))
    return y.softmax(-1), loss


def adding(c):
    h = c.recurrent(c.input("series", 100, 2), "memory", "lstm", 64)[0]
    y = c.dense(h[:, -1], "read", 1)
    loss = mse(y, c.input("sum", 1))
    c.metrics["rmse"] = loss.sqrt()
    return y, loss


def residual_digits(c):
    h = c.conv(c.input("image", 1, 8, 8), "stem", 16, 3, padding=1).relu()
    for i in "12":
        h = residual(c, h, "residual" + i, 16)
    h = residual(c, h, "half", 32, 2)
    m = c.conv(h, "thin.narrow", 16, 1).relu()
    m = c.conv(m, "thin.wide", 16, 3, padding=1).relu()
    h = (c.conv(m, "thin.expand", 32, 1) + h).relu()
    y = c.dense(F.avg_pool2d(h, 4).flatten(1), "out", 10)
    loss = entropy(c, y, c.target("digit", 10))
    return y.softmax(-1), loss


# Optimisers ---------------------------------------------------------------

def with_rule(optimiser):
    return lambda **how: lambda params: optimiser(params, **how)


sgd, adam = with_rule(torch.optim.SGD), with_rule(torch.optim.Adam)
adamw, adagrad = with_rule(torch.optim.AdamW), with_rule(torch.optim.Adagrad)
rmsprop = with_rule(torch.optim.RMSprop)


def small_six(c):
    c.width = 6
    return small(c)


def own_fixed(c):
    h = (c.input("x", 5) @ c.param("a.w", 6, 5).T).tanh()
    return squares(c, c.dense(h, "b", 3), 3)


def many(c):
    n = 70003
    return squares(c, c.input("x", n) * c.param("s.w", 1, n)[0], n)


def normalised(c):
    h = c.batchnorm(c.dense(c.input("x", 5), "a", 6, bias=False), "n").tanh()
    return squares(c, c.dense(h, "b", 3), 3)


class LookingBack(torch.optim.Optimizer):
    """Goes on as the weights went, and where the gradient is changing to."""

    @torch.no_grad()
    def step(self):
        for w in self.param_groups[0]["params"]:
            state = self.state[w]
            g = state.get("last_gradient", torch.zeros_like(w))
            v = state.get("last_weight", torch.zeros_like(w))
            state.update(last_gradient=w.grad.clone(), last_weight=w.clone())
            w += 0.1 * (w - v) \
                - self.param_groups[0]["lr"] * (1.5 * w.grad - 0.5 * g)


def looking_back(c):
    h = c.dense(c.input("x", 5), "a", 6)
    a, b, seen, kept = (c.statistic("s." + name, 6, 0.5)
                        for name in ("a", "b", "seen", "kept"))
    old, mean = seen.clone(), h.mean(0)
    y = c.dense((h * a.clone() + mean * old + kept).tanh(), "b", 3)
    both = a.clone(), b.clone()
    a.copy_(both[1])
    b.copy_(both[0])
    seen.copy_(mean.detach())
    return squares(c, y, 3)


# What optimisers remember of a weight, in the order of the slots.
SLOTS = ("sum", "square_avg", "momentum_buffer", "exp_avg", "exp_avg_sq",
         "last_gradient", "last_weight")
OPTIMISERS = {
    "steps_looking_back": (with_rule(LookingBack)(defaults={"lr": 0.1}),
                           {"network": looking_back}),
    "steps_batchnorm": (sgd(lr=0.1, momentum=0.9), {"network": normalised}),
    "small_sgd": (sgd(lr=0.1), {}),
    "small_momentum": (sgd(lr=0.1, momentum=0.9), {}),
    "small_nesterov": (sgd(lr=0.1, momentum=0.8, nesterov=True), {}),
    "small_adam": (adam(lr=0.01), {}),
    "small_adam_betas": (adam(lr=0.02, betas=(0.8, 0.95), eps=1e-4), {}),
    "small_adamw": (adamw(lr=0.02, weight_decay=0.1), {}),
    "small_adagrad": (adagrad(lr=0.1), {}),
    "small_rmsprop": (rmsprop(lr=0.02), {}),
    "small_rmsprop_momentum": (
        rmsprop(lr=0.01, alpha=0.9, eps=1e-3, momentum=0.8), {}),
    "small_clip_value": (sgd(lr=0.5), {"clip value": 0.02}),
    "small_clip": (sgd(lr=0.5), {"clip": 0.1}),
    "small_l2": (adam(lr=0.01), {"clip": 1.0, "l2": 0.1}),
    "small_frozen": (sgd(lr=0.1, momentum=0.9), {"frozen": "a."}),
    "own_frozen": (sgd(lr=0.1, momentum=0.9),
                   {"frozen": "a.", "network": own_fixed}),
    "many_adam": (adam(lr=0.01), {"network": many}),
}

CASES = {f.__name__: f for f in (
    dense_row, dense_time, conv_valid, conv_stride, conv_same, conv_even,
    conv_full, maxpool_overlap, maxpool_pad, avgpool_pad, pooled, joined,
    reshaped, normed, normed_time, residual_two, shared, functions, bent,
    smooth, largest, measured, spread,
    summed, products, signs, softmaxed, turned, wide, entropy_sum,
    log_softmax, log_mixture, squares_sum, two_losses, penalties, rnn_all,
    lstm_all, lstm_last, gru_stack, jordan_net, textbook, three_states,
    both_ways, handed_on, started_by_name, tied_pool, tied_relu,
    tied_classes, two, overlapping, turned_product, turned_wide, pads,
    merged, backwards_last, softmax_in_loop, own_penalties, xor, iris,
    digits, lenet5, adding, residual_digits, rejoined, turned_in_loop,
    single_row, resnet8, batchnorm_row, batchnorm_time, batchnorm_image,
    batchnorm_shared, batchnorm_frozen, own_statistic, batchnorm_single,
    batchnorm_cell)}
CASES.update({f.__name__: f for f in (given, causal, compared)})
CASES.update({f.__name__: f for f in (
    series_valid, series_stride, series_causal, series_one, series_spread,
    series_pool, series_whole, series_text, series_wide, series_cells)})
CASES["adding_own"] = adding
CASES["entropy"] = linear_entropy()
CASES["entropy_time"] = linear_entropy(6)
ROWS = {"wide": 23, "tied_classes": 23, "single_row": 1,
        "batchnorm_single": 1, "series_one": 1, "series_valid": 7,
        "series_spread": 7, "series_text": 7}
SCALE = {"series_wide": 0.2, "series_spread": 0.2,
         "wide": 0.2, "digits": 0.2, "lenet5": 0.1, "adding": 0.2,
         "adding_own": 0.2,
         "residual_digits": 0.2, "turned_wide": 0.05,
         "resnet8": 0.2}


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
    c = Case(ROWS.get(name, 3), SCALE.get(name, 0.5))
    c.penalty = torch.zeros(())
    c.training = False
    y, loss = CASES[name](c)
    lines = [f"output {sampled(y)}", f"loss {number(loss)}"]
    lines += [f"metric {k} {number(v)}" for k, v in c.metrics.items()]
    c.training = True
    loss = CASES[name](c)[1] if c.statistics else loss
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
