"""Attention, and what is made of it."""
import torch
import torch.nn.functional as F

from case import case, entropy, squares


def attention(c, x, name, heads, causal=False, bias=True):
    """Of x, or of (query, key, value)."""
    query, key, value = x if isinstance(x, tuple) else (x, x, x)
    n, mask = query.shape[2], None
    w = c.param(name + ".in_proj_weight", 3 * n, n)
    b = c.param(name + ".in_proj_bias", 3 * n) if bias else None
    out = (c.param(name + ".out_proj.weight", n, n),
           c.param(name + ".out_proj.bias", n))
    if causal:
        shape = query.shape[1], key.shape[1]
        mask = torch.ones(shape, dtype=torch.bool).triu(1)
    return F.multi_head_attention_forward(
        query.movedim(1, 0), key.movedim(1, 0), value.movedim(1, 0), n,
        heads, w, b, None, None, False, 0.0, *out, need_weights=False,
        attn_mask=mask)[0].movedim(0, 1)


def transformer(c, x, name, heads, inner, act=F.relu, causal=False):
    """As nn.TransformerEncoderLayer computes, whose weights it has."""
    n, steps = x.shape[2], x.shape[1]
    mine = {}

    def weights(part, **shapes):
        for key, shape in shapes.items():
            key = f"{part}.{key}"
            mine[key] = c.param(f"{name}.{key}", *shape)

    weights("self_attn", in_proj_weight=(3 * n, n), in_proj_bias=(3 * n,))
    weights("self_attn.out_proj", weight=(n, n), bias=(n,))
    weights("norm1", weight=(n,), bias=(n,))
    weights("linear1", weight=(inner, n), bias=(inner,))
    weights("linear2", weight=(n, inner), bias=(n,))
    weights("norm2", weight=(n,), bias=(n,))
    layer = torch.nn.TransformerEncoderLayer(
        n, heads, inner, dropout=0.0, activation=act, batch_first=True)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(steps)
    return torch.func.functional_call(
        layer, mine, (x,), {"src_mask": mask} if causal else {})


@case(rows=1)
def attend_one(c):
    return squares(c, attention(c, c.input("x", 1, 6), "a", 2), 1, 6)


@case(rows=7)
def attend_odd(c):
    return squares(c, attention(c, c.input("x", 13, 15), "a", 3), 13, 15)


@case
def attend_causal(c):
    h = c.dense(c.input("x", 7, 5), "d", 8)
    h = attention(c, h, "a", 4, True).tanh()
    return squares(c, attention(c, h, "b", 1, True, bias=False), 7, 8)


@case(rows=7)
def attend_across(c):
    x = tuple(c.input(*of) for of in (("x", 6, 10), ("k", 4, 10),
                                      ("v", 4, 10)))
    return squares(c, attention(c, x, "a", 5), 6, 10)


@case(rows=1)
def attend_wide(c):
    h = attention(c, c.input("x", 12, 36), "a", 2, True)
    return squares(c, h[:, -1], 36)


@case
def transformed(c):
    x = c.input("x", 5, 12)
    x = x + c.param("p.weight", 5, 12)
    return squares(c, transformer(c, x, "e", 3, 19, causal=True), 5, 12)


@case(rows=7)
def transformed_twice(c):
    h = c.dense(c.input("x", 8, 6), "d", 16)
    h = transformer(c, h, "e", 4, 33, F.gelu)
    h = transformer(c, h, "f", 1, 7, torch.tanh, True)
    y = c.dense(h, "g", 3)
    return y, entropy(c, y, c.target("t", 3, 8))


@case
def parted(c):
    x, m = c.input("x", 12), c.input("m", 4, 3, 2)
    h = c.dense(x, "d", 12)
    s, four = h.reshape(-1, 3, 4), h.reshape(-1, 4, 3)
    by = torch.tensor([[1., 0, 2], [0, 1, 1], [1, 1, 0], [2, 0, 1]])
    w = torch.cat((s @ by, s), 2).softmax(2)[:, :, 3:]
    by = torch.tensor([[1., 2, 3], [3, 2, 1], [0, 1, 0], [2, 2, 2]])
    y = (four * by).flatten(1) + w.flatten(1) * m.square().flatten(1)[:, :12]
    return squares(c, y, 12)


@case(rows=7)
def weighed(c):
    x = c.input("x", 9, 4)
    h = (x * c.dense(x, "d", 1, bias=False).softmax(1)).sum(1)
    return squares(c, c.dense(h, "e", 4), 4)


def six_steps(c):
    h = c.dense(c.input("x", 6, 5), "d", 8)
    h = h + c.param("p.weight", 6, 8)
    return squares(c, transformer(c, h, "e", 2, 11, causal=True), 6, 8)
