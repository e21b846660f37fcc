"""Layers with weights of their own, pooling, and blocks of them."""
import math

import torch
import torch.nn.functional as F

from case import case, entropy, squares


@case
def dense_row(c):
    y, loss = squares(c, c.dense(c.input("x", 7), "d", 5), 5)
    c.metrics["rmse"] = loss.sqrt()
    return y, loss


@case
def dense_time(c):
    return squares(c, c.dense(c.input("x", 6, 3), "d", 5, bias=False), 6, 5)


@case
def conv_valid(c):
    h = c.conv(c.input("x", 2, 7, 9), "a", 2, 1).tanh()
    return squares(c, c.conv(h, "b", 3, 3), 3, 5, 7)


@case
def conv_stride(c):
    h = c.conv(c.input("x", 3, 8, 9), "a", 3, 1).tanh()
    h = F.pad(h, (1, 2, 0, 0))  # left, right, top, bottom
    return squares(c, c.conv(h, "b", 4, (2, 4), stride=(2, 3)), 4, 4, 3)


@case
def conv_same(c):
    h = c.conv(c.input("x", 2, 6, 7), "a", 3, 5, padding=2).tanh()
    return squares(c, c.conv(h, "b", 2, 3, bias=False, stride=2, padding=1),
                   2, 3, 4)


@case
def conv_even(c):
    h = F.pad(c.conv(c.input("x", 2, 5, 6), "a", 2, 1).tanh(), (1, 2, 1, 2))
    return squares(c, c.conv(h, "b", 3, 4), 3, 5, 6)


@case
def conv_full(c):
    h = c.conv(c.input("x", 1, 4, 5), "a", 2, 1).tanh()
    return squares(c, c.conv(h, "b", 17, 3, padding=2), 17, 6, 7)


@case
def maxpool_overlap(c):
    h = c.conv(c.input("x", 2, 7, 8), "a", 3, 1)
    return squares(c, F.max_pool2d(h, 3, 2), 3, 3, 3)


@case
def maxpool_pad(c):
    h = c.conv(c.input("x", 2, 6, 5), "a", 3, 1).relu()
    h = F.pad(h, (1, 1, 1, 1), value=-math.inf)
    return squares(c, F.max_pool2d(h, (2, 3), 2), 3, 4, 3)


@case
def avgpool_pad(c):
    h = c.conv(c.input("x", 2, 6, 7), "a", 3, 1)
    return squares(c, F.avg_pool2d(h, 3, 2, 1), 3, 3, 4)


@case
def pooled(c):
    h = c.conv(c.input("x", 2, 6, 5), "a", 3, 3)
    return squares(c, torch.cat([h.mean((2, 3)), h.amax((2, 3))], 1), 6)


@case
def joined(c):
    x = c.input("x", 2, 4, 4)
    a = c.conv(x, "a1", 2, 1).tanh()
    b = c.conv(x, "b1", 3, 1).sigmoid()
    y = torch.cat([a, b], 1)[:, 1:5, 0:2, 1:4].flatten(1)
    return squares(c, c.dense(y, "d", 40), 40)


@case
def reshaped(c):
    h = c.dense(c.input("x", 12), "d", 12).reshape(-1, 2, 3, 2)
    y = c.conv(h, "c", 2, (2, 1)).reshape(-1, 4, 2)[:, 1:3]
    return squares(c, y, 2, 2)


@case
def normed(c):
    return squares(c, c.layernorm(c.dense(c.input("x", 6), "d", 9), "n"), 9)


@case
def normed_time(c):
    h = c.dense(c.input("x", 5, 4), "d", 3)
    return squares(c, c.layernorm(h, "n", 1e-3), 5, 3)


@case
def batchnorm_row(c):
    h = c.dense(c.input("x", 7), "d", 5, bias=False)
    h = c.batchnorm(h, "n", 1e-3, 0.3).tanh()
    return squares(c, c.dense(h, "e", 3), 3)


@case(rows=1)
def batchnorm_single(c):
    """One value a feature, where PyTorch refuses."""
    h = c.dense(c.input("x", 4), "d", 3)
    if not c.training:
        y = c.batchnorm(h, "n")
    else:
        y = (h - h) * c.params["n.weight"] / 1e-5 ** 0.5 + c.params["n.bias"]
        c.statistics["n.running_mean"].mul_(0.9).add_(0.1 * h[0].detach())
    return squares(c, c.dense(y, "e", 2), 2)


@case
def batchnorm_time(c):
    h = c.dense(c.input("x", 6, 4), "d", 5, bias=False)
    return squares(c, c.batchnorm(h, "n", axis=2), 6, 5)


@case
def batchnorm_image(c):
    h = c.conv(c.input("x", 2, 5, 6), "a", 3, 3, bias=False, padding=1)
    h = c.batchnorm(h, "n1").relu()
    h = c.batchnorm(c.conv(h, "b", 3, 3, bias=False, padding=1) + h, "n2")
    return squares(c, h.relu().mean((2, 3)), 3)


@case
def batchnorm_shared(c):
    h = c.dense(c.input("x", 4), "d", 5, bias=False)
    z = c.dense(c.input("z", 4), "e", 5, bias=False)
    y = c.batchnorm(h, "n").tanh() * c.batchnorm(z, "n")
    return squares(c, y, 5)


@case
def batchnorm_frozen(c):
    h = c.conv(c.input("x", 2, 5, 6), "a", 3, 3)
    y = c.batchnorm(h, "n", training=False)
    c.params["n.weight"].requires_grad_(False)
    c.params["n.bias"].requires_grad_(False)
    return squares(c, y.tanh(), 3, 3, 4)


@case
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


@case
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


@case(scale=0.2)
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


@case
def residual_two(c):
    h = residual(c, c.input("x", 2, 6, 6), "same_size", 2)
    return squares(c, residual(c, h, "smaller", 3, 2), 3, 3, 3)


@case
def shared(c):
    x, z = c.input("x", 6), c.input("z", 6)
    y = c.dense(x, "f", 4).tanh() * c.dense(z, "f", 4).sigmoid()
    y = y + F.linear(x, c.params["f.weight"], c.param("g.bias", 4))
    return squares(c, y, 4)
