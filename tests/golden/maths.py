"""Operators, and values that are equal where one must be chosen."""
import torch
import torch.nn.functional as F

from case import case, entropy, mse, squares


@case
def functions(c):
    p = c.dense(c.input("x", 8), "d", 8).sigmoid()
    y = (p.exp() + p.log() * p.sqrt() - p.square() / (1.5 + p)
         + (2 * p).tanh() + (p - 0.5).relu() + 0.25 * p - 1 + p)
    return squares(c, y, 8)


@case
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


@case
def smooth(c):
    h = c.dense(c.input("x", 8), "d", 8)
    y = (F.softplus(h) * F.gelu(h) + F.gelu(2 * h, approximate="tanh")
         + F.silu(h) + bell(h, 0, 1) + bell(h, 0.5, 2) + h.erf()
         + F.softplus(-40 * h, threshold=1000) / 40 + (4 * h).erf())
    return squares(c, y, 8)


@case
def largest(c):
    h = c.dense(c.input("x", 4, 3), "d", 3)
    y = h * h.amax(1, True) + h.amax(2, True) + h.amax((1, 2), True)
    return squares(c, y, 4, 3)


@case
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


@case
def spread(c):
    m = c.conv(c.input("x", 3, 4, 5), "c", 3, 1)
    y = ((m - m.mean(1, True)) * m.sum(3, True) + m.mean(2, True)
         + c.layernorm(m, "n", axis=1))
    return squares(c, y, 3, 4, 5)


@case
def summed(c):
    v = c.dense(c.input("x", 4, 3), "d", 3)
    y = (v.square().sum((1, 2)) - v.mean((1, 2))
         + (v.sum(1) * v.mean(1)).sum(1)
         - (v.mean(2) * v.sum(2)).sum(1))
    return squares(c, y[:, None], 1)


@case
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


@case
def signs(c):
    h = Sign.apply(c.dense(c.input("x", 9), "d", 9))
    return squares(c, c.dense(h, "e", 2), 2)


@case
def tied_pool(c):
    h = Sign.apply(c.conv(c.input("x", 2, 7, 8), "a", 3, 1))
    y = torch.cat([F.max_pool2d(h, 2).flatten(1),
                   F.max_pool2d(h, 3, stride=2, padding=1).flatten(1)], 1)
    return squares(c, c.dense(y, "d", 2), 2)


@case
def tied_relu(c):
    h = Sign.apply(c.dense(c.input("x", 9), "d", 9))
    return squares(c, c.dense((h - 1).relu() + h, "e", 2), 2)


@case(rows=23)
def tied_classes(c):
    y = Sign.apply(c.dense(c.input("x", 5), "d", 4))
    return y, entropy(c, y, c.target("t", 4))


@case
def softmaxed(c):
    return squares(c, c.dense(c.input("x", 6), "d", 11).softmax(-1), 11)


@case
def turned(c):
    v = c.dense(c.input("x", 5, 3), "d", 3)
    return squares(c, v.flip(1)[:, 0:2].mean(1) + v[:, -1], 3)


@case(rows=23, scale=0.2)
def wide(c):
    h = c.dense(c.input("x", 37), "a", 53).relu()
    y = c.dense(c.dense(h, "b", 131).tanh(), "c", 19)
    return y, entropy(c, y, c.target("t", 19))
