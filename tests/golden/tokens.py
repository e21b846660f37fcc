"""Tokens: rows of a table that ids name, and one-hot vectors."""
import torch
import torch.nn.functional as F

from case import case, entropy, squares


@case
def embedded(c):
    e = c.embedding(c.target("w", 11, 5), "e", 11, 5).flatten(1)
    f = c.embedding(c.target("k", 6), "f", 6, 3)
    y = c.dense(torch.cat([e, f], 1), "d", 4)
    loss = entropy(c, y, c.target("t", 4))
    return y.softmax(-1), loss


@case(rows=1)
def embedded_single(c):
    y = c.embedding(c.tokens("w", 9, 13), "e", 9, 17).tanh()
    return squares(c, y, 13, 17)


@case(rows=7)
def embedded_twice(c):
    a, b = c.tokens("a", 7, 3), c.tokens("b", 7, 6)
    h = c.embedding(a, "e", 7, 4)
    h = (h + c.embedding(b, "e", 7, 4).mean(1, keepdim=True)).tanh()
    w = c.params["e.weight"]
    y = h @ torch.cat([torch.zeros(1, 4), w[1:]]).T
    t = c.target("t", 7, 3)
    return y.softmax(-1), F.cross_entropy(y.reshape(-1, 7), t.reshape(-1))


@case
def embedded_shared(c):
    u = c.embedding(c.tokens("a", 7, 3), "e", 7, 4)
    v = c.embedding(c.tokens("b", 7, 2), "e", 7, 4)
    return squares(c, u.mean(1) + 2 * v.mean(1), 4)


@case
def embedded_steps(c):
    e, out = c.embedding(c.tokens("w", 6, 4), "r.e", 6, 3), []
    h = torch.zeros(c.rows, 3)
    for t in range(4):
        h = (e[:, t] + c.dense(h, "r.d", 3)).tanh()
        out.append(h)
    return squares(c, torch.stack(out, 1), 4, 3)


@case
def hot(c):
    w, k = c.tokens("w", 6, 4), c.target("k", 3)
    a = c.dense(F.one_hot(w, 7).double(), "a", 4).tanh().flatten(1)
    return squares(c, c.dense(torch.cat([a, F.one_hot(k, 3)], 1), "b", 5), 5)


@case
def hot_lstm(c):
    x = F.one_hot(c.tokens("w", 19, 5), 19).double()
    return squares(c, c.recurrent(x, "r", "lstm", 3)[0][:, -1], 3)


@case
def named_numbers(c):
    w, k = c.tokens("w", 6, 4), c.target("k", 3)
    e, table = c.param("e.weight", 6, 2, frozen=True), c.param("table", 6)
    e[0] = 0
    y = e[w] * table[w][..., None] + (w == 3)[..., None]
    return squares(
        c, y + torch.tensor([0.5, -1, 2])[k][:, None, None], 4, 2)
