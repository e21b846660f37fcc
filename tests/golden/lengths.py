"""Rows of different lengths: each as if it stood alone, recurrent layers over
PyTorch's packed sequences. `ends` are where each row begins and ends."""
import math

import torch
import torch.nn.functional as F
from torch.nn.utils import rnn

from case import case


def lines(x, ends):
    """What each row has, from its beginning."""
    return [x[r, b:e] for r, (b, e) in enumerate(ends)]


def placed(rows, ends, steps):
    """Rows back at their places, zeros around them."""
    return torch.stack([F.pad(y, (0, 0, b, steps - e))
                        for y, (b, e) in zip(rows, ends)])


def flipped(x, ends):
    return placed([y.flip(0) for y in lines(x, ends)], ends, x.shape[1])


def packed(c, x, ends, name, kind, n, both=False):
    """All outputs, 0 in padding, and the last states h."""
    sequence = rnn.pack_sequence(lines(x, ends), enforce_sorted=False)
    y, state = c.recurrent(sequence, name, kind, n, width=x.shape[2],
                           both=both)
    y, sizes = rnn.pad_packed_sequence(y, batch_first=True)
    y = [row[:size] for row, size in zip(y, sizes)]
    return placed(y, ends, x.shape[1]), \
        (state[0] if isinstance(state, tuple) else state)[0]


def over(f, x, ends):
    """One vector a row, of what it has."""
    return torch.stack([f(y) for y in lines(x, ends)])


def largest(y):
    return y.amax(0)


def mean(y):
    return y.mean(0)


def at_end(y):
    return y[-1]


def held(x, ends):
    return torch.cat(lines(x, ends))


def entropy(c, y, t):
    c.metrics["accuracy"] = (y.argmax(-1) == t).double().mean()
    return y.softmax(-1), F.cross_entropy(y, t)


@case(rows=7)
def lengths_steps(c):
    w, ends = c.padded("w", 11, 13, "behind")
    y = packed(c, c.embedding(w, "e", 11, 5), ends, "r", "lstm", 4)[0]
    y = c.dense(y, "d", 5)
    p = placed(lines(y.softmax(-1), ends), ends, 13)
    t = held(c.target("t", 5, 13), ends)
    return p, entropy(c, held(y, ends), t)[1]


@case(rows=7)
def lengths_ignore(c):
    w, ends = c.padded("w", 11, 13, "front")
    y = packed(c, c.embedding(w, "e", 11, 5), ends, "r", "gru", 17)[0]
    y = c.dense(y, "d", 5)
    t, z = held(c.target("t", 5, 13), ends), held(y, ends)
    c.metrics["accuracy"] = (z.argmax(-1) == t)[t != 0].double().mean()
    return placed(lines(y, ends), ends, 13), F.cross_entropy(
        z, t, torch.tensor([1, 0.5, 2, 0.25, 1.5]), ignore_index=0)


@case(rows=7)
def lengths_ends(c):
    w, ends = c.padded("w", 9, 13, "behind")
    x = c.embedding(w, "e", 9, 6)
    parts = [packed(c, x, ends, "g", "gru", 4)[1],
             packed(c, flipped(x, ends), ends, "l", "lstm", 3)[1],
             packed(c, x, ends, "r", "rnn", 3)[1].tanh(),
             over(largest, x, ends), over(mean, c.dense(x, "a", 3), ends)]
    return entropy(c, c.dense(torch.cat(parts, 1), "d", 4), c.target("t", 4))


@case(rows=7)
def lengths_front(c):
    w, ends = c.padded("w", 9, 6, "front")
    x = c.embedding(w, "e", 9, 6)
    r = packed(c, flipped(x, ends), ends, "r", "rnn", 3)[1]
    l = packed(c, x, ends, "l", "lstm", 4)[1]
    g = packed(c, flipped(c.dense(x, "a", 3), ends), ends, "g", "gru", 3)[0]
    y = torch.cat([l, r, over(largest, g, ends)], 1)
    return entropy(c, c.dense(y, "d", 4), c.target("t", 4))


@case(rows=1)
def lengths_single(c):
    w, ends = c.padded("w", 9, 13, "behind")
    y = packed(c, c.embedding(w, "e", 9, 6), ends, "l", "lstm", 4)[0]
    y = c.dense(y, "d", 3)
    z, t = held(y, ends), held(c.input("t", 13, 3), ends)
    c.metrics["mae"] = F.l1_loss(z, t)
    return placed(lines(y, ends), ends, 13), F.mse_loss(z, t)


def own(c, x, name, end=""):
    """One row through the cell."""
    h, s, out = torch.full((3,), 0.25), torch.zeros(2), []
    for step in x:
        xh = torch.cat([step, h, s])
        h, before = c.dense(xh, name + ".a", 3, end=end).tanh(), s
        s = s + 0.5 * c.dense(xh, name + ".b", 2, end=end).sigmoid()
        out.append(c.dense(torch.cat([h, before]), name + ".c", 3, end=end))
    return torch.stack(out)


@case(rows=7)
def lengths_own(c):
    w, ends = c.padded("w", 9, 6, "front")
    rows = lines(c.embedding(w, "e", 9, 4), ends)
    y = [torch.cat([own(c, x, "f"), own(c, x.flip(0), "b").flip(0)], 1)
         for x in rows]
    y = [c.dense(z, "d", 3) for z in y]
    t = held(c.input("t", 6, 3), ends)
    loss = F.mse_loss(torch.cat(y), t)
    c.metrics["rmse"] = loss.sqrt()
    return placed(y, ends, 6), loss


@case(rows=7)
def lengths_both(c):
    w, ends = c.padded("w", 9, 13, "behind")
    x = packed(c, c.embedding(w, "embedding1", 9, 6), ends, "lstm1", "lstm", 4,
               both=True)[0]
    y = packed(c, x, ends, "gru1", "gru", 17, both=True)[0]
    y = c.dense(y, "dense1", 5)
    t = held(c.target("t", 5, 13), ends)
    p = placed(lines(y.softmax(-1), ends), ends, 13)
    return p, entropy(c, held(y, ends), t)[1]


@case(rows=13)
def lengths_both_all(c):
    w, ends = c.padded("w", 9, 13, "front")
    x = c.embedding(w, "embedding1", 9, 3)
    y = c.dense(packed(c, x, ends, "r", "rnn", 4, both=True)[0], "dense1", 2)
    return placed(lines(y, ends), ends, 13), F.mse_loss(
        held(y, ends), held(c.input("t", 13, 2), ends))


@case(rows=1)
def lengths_both_single(c):
    w, ends = c.padded("w", 9, 13, "behind")
    y = packed(c, c.embedding(w, "embedding1", 9, 6), ends, "lstm1", "lstm", 5,
               both=True)[0]
    y = c.dense(over(largest, y, ends), "dense1", 3)
    return y, F.mse_loss(y, c.input("t", 3))


@case(rows=7)
def lengths_both_own(c):
    w, ends = c.padded("w", 9, 6, "behind")
    rows = lines(c.embedding(w, "embedding1", 9, 4), ends)
    y = [torch.cat([own(c, x, "own1"),
                    own(c, x.flip(0), "own1", "_reverse").flip(0)], 1)
         for x in rows]
    t = held(c.input("t", 6, 6), ends)
    return placed(y, ends, 6), F.mse_loss(torch.cat(y), t)


def windows(c, x, name, n, kernel, front=0, behind=0, before=False, **how):
    """A row's convolution; one shorter than a window meets zeros behind, or
    before it."""
    reach = (kernel - 1) * how.get("dilation", 1) + 1
    more = max(0, reach - front - behind - len(x))
    pad = (front + more, behind) if before else (front, behind + more)
    return c.conv1d(x[None], name, n, kernel, pad, **how)[0]


@case(rows=7)
def lengths_conv(c):
    w, ends = c.padded("w", 9, 13, "behind")
    rows = lines(c.embedding(w, "e", 9, 6), ends)
    y = [windows(c, x, "c", 5, 3).relu() for x in rows]
    first = torch.stack([z.amax(0) for z in y])
    sizes = [(0, len(z)) for z in y]
    second = packed(c, placed(y, sizes, 13), sizes, "l", "lstm", 3)[1]
    third = [windows(c, windows(c, x, "a", 3, 3, 1, 1), "b", 3, 3, 1, 1)
             for x in rows]
    third = torch.stack([z.mean(0) for z in third])
    return entropy(c, c.dense(torch.cat([first, second, third], 1), "d", 4),
                   c.target("t", 4))


def pooled(pool, x, size, stride, fill, before=False):
    short = max(0, size - len(x))
    x = F.pad(x.T, (short, 0) if before else (0, short), value=fill)
    return pool(x[None], size, stride)[0].T


@case(rows=7)
def lengths_pools(c):
    w, ends = c.padded("w", 9, 13, "behind")
    x = c.embedding(w, "e", 9, 6)
    rows = lines(x, ends)
    first = torch.stack([pooled(F.max_pool1d, z, 2, 2, -math.inf).mean(0)
                         for z in rows])
    y = [pooled(F.max_pool1d, z, 3, 2, -math.inf) for z in rows]
    sizes = [(0, len(z)) for z in y]
    c.dense(x, "f", 2)
    second = packed(c, placed(y, sizes, 13), sizes, "g", "gru", 3)[1]
    third = torch.stack([pooled(F.avg_pool1d, z, 3, 1, 0).mean(0)
                         for z in rows])
    fourth = torch.stack([windows(c, z, "s", 4, 3, 1, 1, stride=2).mean(0)
                          for z in rows])
    fifth = placed(lines(c.dense(x, "f", 2), ends), ends, 13).flatten(1)
    y = torch.cat([first, second, third, fourth, fifth], 1)
    y = c.dense(y, "d", 3)
    return y, F.mse_loss(y, c.input("t", 3))


@case(rows=7)
def lengths_norm(c):
    w, ends = c.padded("w", 9, 6, "front")
    x = c.dense(c.embedding(w, "e", 9, 4), "a", 5, bias=False)
    x = held(x, ends)
    y = c.dense(c.batchnorm(x, "n").tanh(), "d", 3)
    parts = y.split([e - b for b, e in ends])
    return placed(parts, ends, 6), F.mse_loss(
        y, held(c.input("t", 6, 3), ends))


@case(rows=7)
def lengths_meet(c):
    w, one = c.padded("w", 9, 6, "front")
    p, two = c.padded("p", 5, 6, "behind")
    ends = [(max(a, b), max(max(a, b) + 1, min(d, e)))
            for (a, d), (b, e) in zip(one, two)]
    x = torch.cat([c.embedding(w, "e", 9, 4), c.embedding(p, "f", 5, 2)], 2)
    r = flipped(x, ends)
    h = torch.cat([x, packed(c, r, ends, "r", "gru", 3)[0]], 2)
    y = c.dense(h, "d", 3)
    loss = F.mse_loss(held(y, ends), held(c.input("t", 6, 3), ends))
    both = [torch.cat([a.flip(0), b]) for a, b in
            zip(lines(y, ends), lines(c.dense(x, "k", 3), ends))]
    sizes = [(0, len(z)) for z in both]
    l = packed(c, placed(both, sizes, 12), sizes, "l", "lstm", 2)[0]
    loss = loss + 0.5 * over(lambda z: z.square().mean(), l, sizes).mean()
    parts = placed([z.flip(0) for z in lines(y, ends)], ends, 6)[:, 1:5]
    cut = [(min(max(b - 1, 0), 3), min(e - 1, 4)) for b, e in ends]
    cut = [(b, max(b + 1, e)) for b, e in cut]
    loss = loss + 0.25 * over(lambda z: z.square().mean(), parts, cut).mean()
    return placed(lines(y, ends), ends, 6), loss


def attended(c, x, name, heads):
    """One row's steps, each of which looks at all."""
    n = x.shape[1]
    w = c.param(name + ".in_proj_weight", 3 * n, n)
    q, k, v = [y.reshape(len(x), heads, -1).movedim(1, 0) for y in F.linear(
        x, w, c.param(name + ".in_proj_bias", 3 * n)).chunk(3, -1)]
    y = F.scaled_dot_product_attention(q, k, v).movedim(0, 1).flatten(1)
    return c.dense(y, name + ".out_proj", n)


@case(rows=7)
def lengths_attend(c):
    w, ends = c.padded("w", 9, 6, "front")
    y = [c.dense(torch.cat([attended(c, x, "a", 2), attended(c, x, "b", 3)], 1),
                 "d", 3) for x in lines(c.embedding(w, "e", 9, 6), ends)]
    t = held(c.input("t", 6, 3), ends)
    return placed(y, ends, 6), F.mse_loss(torch.cat(y), t)


@case(rows=7)
def lengths_weighed(c):
    w, ends = c.padded("w", 9, 6, "front")
    out = []
    for x, (b, e) in zip(lines(c.embedding(w, "e", 9, 6), ends), ends):
        s = x @ c.dense(x, "k", 6).T / 2
        out.append(torch.cat(
            [s.softmax(-1) @ x, s.amax(-1, keepdim=True),
             s.mean(-1, keepdim=True), s.mean().expand(len(x), 1),
             c.dense(F.pad(s, (b, 6 - e)), "q", 2)], 1))
    y = [c.dense(z, "d", 3) for z in out]
    t = held(c.input("t", 6, 3), ends)
    return placed(y, ends, 6), F.mse_loss(torch.cat(y), t)


@case(rows=32)
def lengths_short(c):
    """Products over all steps that leave most of them out."""
    w, ends = c.padded("w", 7, 40, "short")
    y = packed(c, c.embedding(w, "embedding1", 7, 16), ends, "gru1", "gru", 16,
               both=True)[0]
    y = c.dense(over(largest, y, ends), "dense1", 4)
    t = c.target("t", 4)
    return y.softmax(-1), entropy(c, y, t)[1]


@case(rows=7)
def lengths_strides(c):
    w, ends = c.padded("w", 9, 13, "front")
    x = c.embedding(w, "e", 9, 6)
    rows = lines(x, ends)
    y = [pooled(F.max_pool1d, z, 3, 2, -math.inf) for z in rows]
    sizes = [(0, len(z)) for z in y]
    parts = [[pooled(F.max_pool1d, z, 2, 2, -math.inf).mean(0) for z in rows],
             packed(c, placed(y, sizes, 13), sizes, "g", "gru", 3)[1],
             [windows(c, z, "s", 4, 3, 1, 1, stride=5).mean(0) for z in rows],
             [pooled(F.avg_pool1d, z.flip(0), 4, 3, 0).mean(0) for z in rows]]
    y = torch.cat([p if torch.is_tensor(p) else torch.stack(p) for p in parts],
                  1)
    y = c.dense(y, "d", 3)
    return y, F.mse_loss(y, c.input("t", 3))


@case(rows=7)
def lengths_finite(c):
    w, ends = c.padded("w", 9, 6, "behind")
    t, a = c.input("t", 6, 3), c.input("a", 6, 6)
    out, scores, most, least = [], [], 0, 0
    for x, there, (b, e) in zip(lines(c.embedding(w, "e", 9, 4), ends),
                                lines(a, ends), ends):
        u = c.dense(x / x.square().sum(-1, keepdim=True).sqrt(), "k", 4)
        s = u @ x.T
        p = (-s).softmax(-1)
        pairs = pooled(F.max_pool1d, F.pad(x, (0, 0, 0, 1), value=-math.inf),
                       2, 1, -math.inf)
        out.append(torch.cat(
            [u + u[:1], p @ x, (p * p.log()).sum(-1, keepdim=True),
             6 * p.mean(-1, keepdim=True), c.dense(pairs, "f", 2)], 1))
        scores.append((s - there[:, b:e]).square().flatten())
        most = most + u.square().sum()
        least = least + (2 + x.square().sum(-1)).sum()
    y = [c.dense(z, "d", 3) for z in out]
    return placed(y, ends, 6), F.mse_loss(torch.cat(y), held(t, ends)) \
        + torch.cat(scores).mean() + most / least


def unit(c, x, end=""):
    """One row, each step of length 1."""
    h, out = torch.zeros(3), []
    for step in x:
        step = step / step.square().sum().sqrt()
        h = (c.dense(step, "unit1.a", 3, end=end) + h).tanh()
        out.append(h)
    return torch.stack(out)


@case(rows=7)
def lengths_unit(c):
    w, ends = c.padded("w", 9, 6, "front")
    rows = lines(c.embedding(w, "e", 9, 4), ends)
    y = [torch.cat([unit(c, x), unit(c, x.flip(0), "_reverse").flip(0)], 1)
         for x in rows]
    t = held(c.input("t", 6, 3), ends)
    return placed(y, ends, 6), F.mse_loss(torch.cat(y)[:, :3], t)


def narrow(c, side):
    """Rows shorter than a window, completed where their padding is."""
    w, ends = c.padded("w", 9, 6, side)
    rows = lines(c.embedding(w, "e", 9, 4), ends)

    def each(f, *args, **how):
        return [windows(c, f(x), *args, before=side == "front", **how)
                for x in rows]

    def same(x):
        return x

    y = torch.stack([z.relu().amax(0) for z in each(same, "c", 5, 4)])
    a = each(lambda x: x.flip(0), "a", 3, 2, dilation=3)
    s = each(same, "s", 4, 4, 0, 1, stride=2)
    a, s = (torch.stack([z.mean(0) for z in v]) for v in (a, s))
    u = each(same, "u", 2, 3, stride=2)
    sizes = [(0, len(z)) for z in u]
    r = packed(c, placed(u, sizes, 2), sizes, "r", "rnn", 3)[1]
    p = torch.stack([pooled(F.avg_pool1d, x, 5, 4, 0)[-1] for x in rows])
    q = [pooled(F.avg_pool1d, x, 2, 2, 0) for x in rows]
    q = torch.stack([pooled(F.avg_pool1d, x, 3, 1, 0, side == "front")[-1]
                     for x in q])
    y = c.dense(torch.cat([y, a, s, r, p, q], 1), "d", 3)
    return y, F.mse_loss(y, c.input("t", 3))


@case(rows=7)
def lengths_narrow(c):
    return narrow(c, "behind")


@case(rows=7)
def lengths_narrow_front(c):
    return narrow(c, "front")


@case(rows=7)
def lengths_apart(c):
    """Rows that have no step in common: one is left, where the later begins,
    and what it does not have there is 0."""
    w, one = c.padded("w", 9, 6, "front")
    p, two = c.padded("p", 5, 6, "behind")
    x = placed(lines(c.dense(c.embedding(w, "e", 9, 4), "a", 3), one), one, 6)
    z = placed(lines(c.dense(c.embedding(p, "f", 5, 2), "b", 3), two), two, 6)
    ends = [(b, max(b + 1, e)) for (b, _), (_, e) in zip(one, two)]
    y = c.dense(x - z, "d", 3)
    t = held(c.input("t", 6, 3), ends)
    return placed(lines(y, ends), ends, 6), F.mse_loss(held(y, ends), t)


@case(rows=7)
def lengths_turned(c):
    """A row's steps the other way around, its padding where it was."""
    w, ends = c.padded("w", 9, 6, "front")
    x = c.embedding(w, "e", 9, 4)
    a = flipped(c.dense(x, "a", 2), ends) * torch.arange(6.0)[:, None]
    y = c.dense(torch.cat([flipped(x, ends), a], 2), "d", 3)
    t = held(c.input("t", 6, 3), ends)
    return placed(lines(y, ends), ends, 6), F.mse_loss(held(y, ends), t)
