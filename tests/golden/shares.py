"""Values that look alike, or have several users."""
import math

import torch
import torch.nn.functional as F

from case import against, case


@case
def two(c):
    h = c.dense(c.input("x", 3), "dense1", 4).tanh()
    z = torch.cat([h[:, :2] * 2, h[:, 2:] ** 2], 1) + h * h
    return against(c, z, 4)


@case
def overlapping(c):
    h = c.dense(c.input("x", 3), "d", 4).tanh()
    return against(c, h[:, :2] * 2 + h[:, 1:3] ** 2, 2)


@case
def rejoined(c):
    h = c.dense(c.input("x", 3), "d", 4).tanh()
    turned = torch.cat([h[:, 2:], h[:, :2]], 1) * 2
    return against(c, torch.cat([turned, h[:, :2], h[:, 1:3]], 1), 8)


@case
def turned_product(c, n=3):
    x = c.input("x", n)
    w = c.param("b.w", n, n)
    return against(c, (x @ w + 2 * x @ w.T).tanh(), n)


@case(scale=0.05)
def turned_wide(c):
    return turned_product(c, 130)


@case
def pads(c):
    x = c.input("x", 1, 5, 5)
    low = -math.inf
    a = F.max_pool2d(F.pad(x, (1, 0, 1, 0), value=low), 2)
    b = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=low), 2)
    return against(c, c.dense((a + 2 * b).flatten(1), "d", 3), 3)


@case
def merged(c):
    x = c.input("x", 5, 3)
    w1, w2 = c.param("r.w1", 3, 3), c.param("r.w2", 3, 3)
    b1, b2 = c.param("r.b1", 3), c.param("r.b2", 3)
    h = torch.zeros(c.rows, 3)
    for t in range(5):
        p, q = h @ w1.T, h @ w2.T
        h = (x[:, t] + p + b1 + (q + b2) * p).tanh()
    return against(c, c.dense(h, "d", 2), 2)


@case
def backwards_last(c):
    h = c.recurrent(c.input("x", 5, 3).flip(1), "r", "rnn", 3)[0].flip(1)
    return against(c, c.dense(h[:, -1], "d", 2), 2)


@case
def softmax_in_loop(c):
    x = c.input("x", 6, 64)
    h = torch.zeros(c.rows, 5)
    for t in range(6):
        h = (0.5 * h + c.dense(x[:, t], "s.d", 5).softmax(-1)).tanh()
    return against(c, c.dense(h, "d", 2), 2)


@case
def own_penalties(c):
    w, v = c.param("o.w", 3, 3), c.param("o.v", 3, 3, frozen=True)
    z = c.dense((c.input("x", 3) @ w.T @ v).tanh(), "d", 2)
    c.penalty = 0.25 * w.square().sum() + 0.1 * w.abs().sum()
    return against(c, z, 2)


def folded(c, x, name, n):
    w = c.param(name + ".weight", n, x.shape[1])
    b = c.param(name + ".b", w.numel()).reshape(w.shape)
    lag = c.statistic(name + ".lag", w.numel(), 0)
    y = x @ (w + b).T + x @ lag.clone().reshape(x.shape[1], n) + x @ w.T
    if c.training:
        lag.copy_((lag + 0.1 * w.reshape(-1)).detach())
    return y


@case(scale=0.25)
def refolded(c):
    x, i, s = c.input("x", 17), c.input("i", 3, 6, 6), c.input("s", 4, 17)
    z = c.dense(x, "d", 21)
    w, b = c.params["d.weight"], c.params["d.bias"]
    z = z + x @ w.reshape(17, 21) + folded(c, x, "f", 21)
    z = z + c.dense(c.conv(i, "c", 5, 3).mean((2, 3)), "e", 21)
    z = z + c.dense(c.recurrent(s, "r", "lstm", 5)[0][:, -1], "g", 21)
    k, r = c.params["c.weight"], c.params["r.weight_ih_l0"]
    z, loss = against(c, z, 21)
    loss = loss + 0.5 * w.abs().max() + w.square().sum() + b.square().sum()
    loss = loss + k.square().mean() + k.tanh().mean() + r[:, 1:16].max()
    return z, loss + (x[:, :10] @ r.reshape(34, 10).T).square().mean()
