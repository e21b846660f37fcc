"""The models of examples/."""
import torch
import torch.nn.functional as F

from attention import attention
from case import case, entropy, mse
from layers import residual


@case
def xor(c):
    y = c.dense(c.dense(c.input("x", 2), "hidden", 8).tanh(), "out", 2)
    loss = entropy(c, y, c.target("odd", 2))
    return y.softmax(-1), loss


@case
def iris(c):
    y = c.dense(c.dense(c.input("x", 4), "hidden", 6).sigmoid(), "out", 3)
    loss = entropy(c, y, c.target("species", 3))
    return y.softmax(-1), loss


@case(scale=0.2)
def digits(c):
    h = c.conv(c.input("image", 1, 8, 8), "c1", 16, 3, padding=1).relu()
    h = c.conv(F.max_pool2d(h, 2), "c2", 32, 3, padding=1).relu()
    y = c.dense(F.max_pool2d(h, 2).flatten(1), "f3", 10)
    loss = entropy(c, y, c.target("digit", 10))
    return y.softmax(-1), loss


@case(scale=0.1)
def lenet5(c):
    h = c.conv(c.input("image", 1, 28, 28), "c1", 6, 5, padding=2).relu()
    h = c.conv(F.max_pool2d(h, 2), "c3", 16, 5).relu()
    h = c.dense(F.max_pool2d(h, 2).flatten(1), "f5", 120).relu()
    y = c.dense(c.dense(h, "f6", 84).relu(), "f7", 10)
    loss = entropy(c, y, c.target("digit", 10))
    return y.softmax(-1), loss


@case(scale=0.2, name="adding_own")
@case(scale=0.2)
def adding(c):
    h = c.recurrent(c.input("series", 100, 2), "memory", "lstm", 64)[0]
    y = c.dense(h[:, -1], "read", 1)
    loss = mse(y, c.input("sum", 1))
    c.metrics["rmse"] = loss.sqrt()
    return y, loss


@case(scale=0.2)
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


@case
def forecast(c):
    past, name = c.input("past", 20, 2), "memory.dense"
    today = past[:, -1]
    way = past - past[:, -1:]
    h = s = torch.zeros(c.rows, 8)
    for t in range(20):
        xh = torch.cat([way[:, t], h], 1)
        g = c.dense(xh, name + "1", 8).tanh()
        i, f, o = (c.dense(xh, name + k, 8).sigmoid() for k in "234")
        s = g * i + s * f
        h = s * o
    seen = torch.cat([3 * (today[:, 1:] - today[:, :1]), h], 1)
    y, t = today + c.dense(seen, "change", 2), c.input("next", 2)
    c.metrics["rmse"] = mse(y[:, :1], t[:, :1]).sqrt()
    return y, mse(y, t)


@case
def translate(c):
    source, before = c.tokens("source", 16, 7), c.tokens("before", 16, 5)
    word = c.target("word", 16, 5)
    enc, start = c.recurrent(c.embedding(source, "read", 16, 32), "encoder",
                             "gru", 128)
    h = c.recurrent(c.embedding(before, "written", 16, 32), "decoder", "gru",
                    128, start)[0]
    seen = attention(c, (h, enc, enc), "look", 4)
    h = c.dense(torch.cat([h, seen], 2), "both", 128).relu()
    y = c.dense(h, "choose", 16)
    right = (y.argmax(-1) == word) | (word == 0)
    c.metrics["exact"] = right.all(1).double().mean()
    return y.softmax(-1), F.cross_entropy(y.flatten(0, 1), word.flatten(),
                                          ignore_index=0)


def next_one(c, y, t):
    """Of a class a step: outputs, and the loss with e to it as a metric."""
    loss = F.cross_entropy(y.flatten(0, 1), t.flatten())
    c.metrics["perplexity"] = loss.exp()
    return y.softmax(-1), loss


@case(scale=0.2)
def shakespeare(c):
    chars, t = c.tokens("chars", 96, 64), c.target("next", 96, 64)
    h = c.embedding(chars, "table", 96, 64)
    for name in "lower", "upper":
        h = c.recurrent(h, name, "lstm", 128)[0]
    return next_one(c, c.dense(h, "choose", 96), t)


def looking_back(c, h, name, heads):
    """A layer of a transformer whose norms come first."""
    h = h + attention(c, (c.layernorm(h, name + ".norm1"),) * 3,
                      name + ".self_attn", heads, causal=True)
    inner = c.dense(c.layernorm(h, name + ".norm2"), name + ".linear1",
                    4 * h.shape[2])
    return h + c.dense(F.gelu(inner), name + ".linear2", h.shape[2])


@case(scale=0.2)
def chargpt(c):
    chars, t = c.tokens("chars", 96, 64), c.target("next", 96, 64)
    h = c.embedding(chars, "table", 96, 64) + c.param("place.weight", 64, 64)
    h = h + F.gelu(c.conv1d(h, "before", 64, 4, (3, 0)))
    for name in "looking_back1", "looking_back2":
        h = looking_back(c, h, name, 4)
    return next_one(c, c.dense(c.layernorm(h, "norm"), "choose", 96), t)
