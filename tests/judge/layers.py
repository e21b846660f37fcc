"""The library's layers as PyTorch has them. Each takes the walk, its frame,
the value and its arguments; parameters are made through the walk."""
import math

import torch
import torch.nn.functional as F

from network import Recipe, Value, join, padded, pair, split, whole


def dense(walk, f, v, n):
    w = walk.param(f, "weight", (whole(n), v.features))
    b = walk.param(f, "bias", (whole(n),))
    return Value(F.linear(v.data, w.data[0], b.data[0]), v.rows)


def embedding(walk, f, v, n):
    w = walk.param(f, "weight", (v.vocab, whole(n)), padding=True)
    return Value(F.embedding(v.data, w.data[0], padding_idx=0), v.rows)


def conv(walk, f, v, channels, kernel, stride=1, pad=0, exact=False):
    n, size = whole(channels), pair(kernel)
    w = walk.param(f, "weight", (n, v.features, *size))
    b = walk.param(f, "bias", (n,))
    return Value(F.conv2d(padded(v.data, pad, size), w.data[0], b.data[0],
                          pair(stride)), v.rows)


def ends(pad, size):
    """Padding in front and behind for a window over so many steps."""
    if isinstance(pad, list):
        return [whole(p) for p in pad]
    named = {"valid": (0, 0), "same": ((size - 1) // 2, size // 2),
             "full": (size - 1, size - 1), "causal": (size - 1, 0)}
    return list(named[pad]) if pad in named else [whole(pad)] * 2


def conv1d(walk, f, v, channels, kernel, stride=1, pad=0, dilation=1):
    n, k, apart = whole(channels), whole(kernel), whole(dilation)
    w = walk.param(f, "weight", (n, v.features, k))
    b = walk.param(f, "bias", (n,))
    x = F.pad(v.data.movedim(1, 2), ends(pad, (k - 1) * apart + 1))
    y = F.conv1d(x, w.data[0], b.data[0], whole(stride), dilation=apart)
    return Value(y.movedim(1, 2), v.rows)


def maxpool1d(walk, f, v, window, stride=None, pad=0):
    k = whole(window)
    x = F.pad(v.data.movedim(1, 2), ends(pad, k), value=-math.inf)
    y = F.max_pool1d(x, k, whole(stride or window))
    return Value(y.movedim(1, 2), v.rows)


def avgpool1d(walk, f, v, window, stride=None, pad=0):
    k = whole(window)
    x = F.pad(v.data.movedim(1, 2), ends(pad, k))
    y = F.avg_pool1d(x, k, whole(stride or window))
    return Value(y.movedim(1, 2), v.rows)


def max_over_time(walk, f, v):
    return Value(v.data.max(1).values, v.rows)


def mean_over_time(walk, f, v):
    return Value(v.data.mean(1), v.rows)


def textcnn(walk, f, v, widths, filters, act=None):
    out = []
    for i, k in enumerate(widths):
        y = walk.inside(f, Recipe("conv1d", [(None, filters), (None, k)]), v,
                        f"conv1d{i + 1}").data
        out.append((y.tanh() if act else y.relu()).max(1).values)
    return Value(torch.cat(out, 1), v.rows)


def linear(walk, f, v, k=1, c=0):
    return Value(k * v.data + c, v.rows)


def last(walk, f, v):
    return Value(v.data[:, -1], v.rows)


def layernorm(walk, f, v, eps=1e-5):
    n, axis = v.features, v.axis("features")
    w, b = walk.param(f, "weight", (n,)), walk.param(f, "bias", (n,))
    y = F.layer_norm(v.data.movedim(axis, -1), (n,), w.data[0], b.data[0], eps)
    return Value(y.movedim(-1, axis), v.rows)


def recurrent(kind, states):
    """PyTorch's module `kind`; the frame's start is by the states' names."""
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]

    def layer(walk, f, v, n, **how):
        n, width = whole(n), v.features
        shapes = {"weight_ih_l0": (gates * n, width),
                  "weight_hh_l0": (gates * n, n),
                  "bias_ih_l0": (gates * n,), "bias_hh_l0": (gates * n,)}
        weights = {k: walk.param(f, k, s).data[0] for k, s in shapes.items()}
        module = getattr(torch.nn, kind)(width, n, batch_first=True, **how)
        first = [torch.zeros(len(v.data), n) if f.starts is None
                 else f.starts[s].data for s in states]
        first = tuple(x.expand(len(v.data), n)[None] for x in first)
        y, ends = torch.func.functional_call(
            module, weights, (v.data, first if len(first) > 1 else first[0]))
        ends = ends if len(first) > 1 else (ends,)
        return Value(y, True, state={s: Value(e[0], True)
                                     for s, e in zip(states, ends)})
    return layer


def rnn(walk, f, v, n, act=None):
    how = {} if act is None else {"nonlinearity": act.name}
    return recurrent("RNN", ["h"])(walk, f, v, n, **how)


def jordan(walk, f, v, n, m):
    y = torch.zeros(len(v.data), whole(m))
    if f.starts is not None:
        y = f.starts["y"].data
    out = []
    for t in range(v.shape[0]):
        h = Value(torch.cat([v.data[:, t], y], 1), True)
        h = walk.inside(f, Recipe("dense", [(None, n)]), h, "dense1")
        h = Value(h.data.sigmoid(), True)
        h = walk.inside(f, Recipe("dense", [(None, m)]), h, "dense2")
        y = h.data.softmax(-1)
        out.append(y)
    return Value(torch.stack(out, 1), True, state={"y": Value(y, True)})


def bidirectional(walk, f, v, recipe):
    def side(x, behind):
        shared = recipe.shared or f.layer.inmost(behind)
        return walk.apply(f, Recipe(recipe.name, recipe.args, shared), x)

    there = side(v, "")
    back = side(Value(v.data.flip(1), v.rows), "_reverse")
    return Value(torch.cat([there.data, back.data.flip(1)], 2), True)


def peephole_lstm(walk, f, v, n):
    """An LSTM by its equations: PyTorch has none whose gates see the cells."""
    n, width = whole(n), v.features
    shapes = {"weight_ih_l0": (4 * n, width), "weight_hh_l0": (4 * n, n),
              "bias_ih_l0": (4 * n,), "bias_hh_l0": (4 * n,),
              "weight_ci": (n,), "weight_cf": (n,), "weight_co": (n,)}
    w, wh, b, bh, ci, cf, co = [walk.param(f, k, s).data[0]
                                for k, s in shapes.items()]
    first = [torch.zeros(1, n) if f.starts is None else f.starts[s].data
             for s in ("h", "c")]
    h, c = (x.expand(len(v.data), n) for x in first)
    out = []
    for x in v.data.unbind(1):
        i, g_f, g, o = (F.linear(x, w, b) + F.linear(h, wh, bh)).chunk(4, 1)
        c = (g_f + cf * c).sigmoid() * c + (i + ci * c).sigmoid() * g.tanh()
        h = (o + co * c).sigmoid() * c.tanh()
        out.append(h)
    return Value(torch.stack(out, 1), True,
                 state={"h": Value(h, True), "c": Value(c, True)})


def attention(walk, f, v, heads, causal=False):
    query, key, value = v if isinstance(v, list) else (v, v, v)
    n, heads = query.features, whole(heads)
    w = walk.param(f, "in_proj_weight", (3 * n, n)).data[0].chunk(3)
    b = walk.param(f, "in_proj_bias", (3 * n,)).data[0].chunk(3)
    q, k, v = [split(Value(F.linear(x.data, *of), x.rows), heads).data
               for x, *of in zip((query, key, value), w, b)]
    y = F.scaled_dot_product_attention(q, k, v, is_causal=bool(causal))
    y = join(Value(y, query.rows or key.rows or value.rows))
    return walk.inside(f, Recipe("dense", [(None, n)]), y, "out_proj")


def transformer(walk, f, v, heads, inner, act=None, causal=False):
    def part(name, recipe, *args):
        def layer(x):
            r = Recipe(recipe, [(None, a) for a in args])
            return walk.inside(f, r, x, name)
        return layer

    def beside(x, y):
        return Value(x.data + y.data, x.rows or y.rows)

    mixed = part("self_attn", "attention", heads, causal)(v)
    seen = part("norm1", "layernorm")(beside(v, mixed))
    h = part("linear1", "dense", inner)(seen)
    h = Value(getattr(F, act.name if act else "relu")(h.data), h.rows)
    h = part("linear2", "dense", v.features)(h)
    return part("norm2", "layernorm")(beside(seen, h))


def positions(walk, f, v):
    return Value(v.data + walk.param(f, "weight", v.shape).data, v.rows)


LAYERS = {  # the layer, its arguments in order
    "dense": (dense, ("n",)), "embedding": (embedding, ("n",)),
    "conv": (conv, ("channels", "kernel", "stride", "pad", "exact")),
    "conv1d": (conv1d, ("channels", "kernel", "stride", "pad", "dilation")),
    "maxpool1d": (maxpool1d, ("window", "stride", "pad")),
    "avgpool1d": (avgpool1d, ("window", "stride", "pad")),
    "max_over_time": (max_over_time, ()),
    "mean_over_time": (mean_over_time, ()),
    "textcnn": (textcnn, ("widths", "filters", "act")),
    "linear": (linear, ("k", "c")), "last": (last, ()),
    "layernorm": (layernorm, ("eps",)),
    "rnn": (rnn, ("n", "act")),
    "lstm": (recurrent("LSTM", ["h", "c"]), ("n",)),
    "gru": (recurrent("GRU", ["h"]), ("n",)),
    "peephole_lstm": (peephole_lstm, ("n",)),
    "jordan": (jordan, ("n", "m")),
    "bidirectional": (bidirectional, ("recipe",)),
    "attention": (attention, ("heads", "causal")),
    "transformer": (transformer, ("heads", "inner", "act", "causal")),
    "positions": (positions, ()),
}
