"""The library's layers as PyTorch has them. Each takes the walk, its frame,
the value and its arguments; parameters are made through the walk."""
import math

import torch
import torch.nn.functional as F
from torch.nn.utils import rnn

from extent import kept, lines, placed, there
from network import (Recipe, Value, arithmetic, join, padded, pair, reverse,
                     split, whole)


def dense(walk, f, v, n):
    w = walk.param(f, "weight", (whole(n), v.features))
    b = walk.param(f, "bias", (whole(n),))
    return v.over_time(F.linear(v.data, w.data[0], b.data[0]))


def embedding(walk, f, v, n):
    w = walk.param(f, "weight", (v.vocab, whole(n)), padding=True)
    return v.over_time(F.embedding(v.data, w.data[0], padding_idx=0))


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


def slid(v, size, stride, pad, fill, f):
    """What f makes of windows over so many steps. A row is seen as if it stood
    alone; one that is shorter than a window is completed on the side where its
    padding is, behind it as far as that goes."""
    front, end = ends(pad, size)
    stride, need = whole(stride), size - front - end
    latest = v.shape[0] - need

    def of(x, begin=0):
        before = max(0, begin - latest)
        short = max(0, need - len(x) - before)
        x = F.pad(x.T, (front + before, end + short), value=fill)
        return f(x[None], stride)[0].T

    if v.ends is None:
        return Value(torch.stack([of(x) for x in v.data]), v.rows)
    begins = v.ends[:, 0].tolist()
    rows = [of(x, b) for x, b in zip(lines(v.data, v.ends), begins)]
    steps = latest // stride + 1
    begins = [min(-(-b // stride), steps - len(y))
              for b, y in zip(begins, rows)]
    sizes = [(b, b + len(y)) for b, y in zip(begins, rows)]
    return Value(placed(rows, begins, steps), True, ends=torch.tensor(sizes))


def conv1d(walk, f, v, channels, kernel, stride=1, pad=0, dilation=1):
    n, k, apart = whole(channels), whole(kernel), whole(dilation)
    w = walk.param(f, "weight", (n, v.features, k))
    b = walk.param(f, "bias", (n,))
    return slid(v, (k - 1) * apart + 1, stride, pad, 0.0,
                lambda x, by: F.conv1d(x, w.data[0], b.data[0], by,
                                       dilation=apart))


def maxpool1d(walk, f, v, window, stride=None, pad=0):
    k = whole(window)
    return slid(v, k, stride or window, pad, -math.inf,
                lambda x, by: F.max_pool1d(x, k, by))


def avgpool1d(walk, f, v, window, stride=None, pad=0):
    k = whole(window)
    return slid(v, k, stride or window, pad, 0.0,
                lambda x, by: F.avg_pool1d(x, k, by))


def over(f, v):
    """One vector a row, of the steps that it has."""
    rows = v.data if v.ends is None else lines(v.data, v.ends)
    return Value(torch.stack([f(x) for x in rows]), v.rows)


def max_over_time(walk, f, v):
    return over(lambda x: x.max(0).values, v)


def mean_over_time(walk, f, v):
    return over(lambda x: x.mean(0), v)


def textcnn(walk, f, v, widths, filters, act=None):
    out = []
    for i, k in enumerate(widths):
        y = walk.inside(f, Recipe("conv1d", [(None, filters), (None, k)]), v,
                        f"conv1d{i + 1}")
        y = y.like(y.data.tanh() if act else y.data.relu())
        out.append(max_over_time(walk, f, y).data)
    return Value(torch.cat(out, 1), v.rows)


def linear(walk, f, v, k=1, c=0):
    return v.like(k * v.data + c)


def last(walk, f, v):
    return over(lambda x: x[-1], v)


def layernorm(walk, f, v, eps=1e-5):
    n, axis = v.features, v.axis("features")
    w, b = walk.param(f, "weight", (n,)), walk.param(f, "bias", (n,))
    if v.columns is not None:
        return normed_columns(v, w.data[0], b.data[0], eps)
    y = F.layer_norm(v.data.movedim(axis, -1), (n,), w.data[0], b.data[0], eps)
    return v.like(y.movedim(-1, axis))


def normed_columns(v, w, b, eps):
    """Features that are steps: those that a row has."""
    rows = [F.pad(F.layer_norm(x[:, i:j], (j - i,), w[i:j], b[i:j], eps),
                  (i, v.features - j))
            for x, (i, j) in zip(v.data, v.columns.tolist())]
    return v.like(torch.stack(rows))


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
        y, states_now = packed(v, lambda x: torch.func.functional_call(
            module, weights, (x, first if len(first) > 1 else first[0])))
        states_now = states_now if len(first) > 1 else (states_now,)
        return Value(y, True, ends=v.ends,
                     state={s: Value(e[0], True)
                            for s, e in zip(states, states_now)})
    return layer


def packed(v, run):
    """What a module gives over the steps that each row has."""
    if v.ends is None:
        return run(v.data)
    y, state = run(rnn.pack_sequence(lines(v.data, v.ends),
                                     enforce_sorted=False))
    y, sizes = rnn.pad_packed_sequence(y, batch_first=True)
    rows = [row[:size] for row, size in zip(y, sizes)]
    return placed(rows, v.ends[:, 0].tolist(), v.shape[0]), state


def elman(walk, f, v, n, act=None):
    how = {} if act is None else {"nonlinearity": act.name}
    return recurrent("RNN", ["h"])(walk, f, v, n, **how)


def steps(v, states, step):
    """A cell by its equations: `step` takes a step's value and the states and
    gives what these become, the first of which is what the loop gives."""
    out = []
    for t, x in enumerate(v.data.unbind(1)):
        now = step(Value(x, True), states)
        states = {k: Value(kept(v.ends, t, now[k].data, states[k].data), True)
                  for k in states}
        out.append(next(iter(now.values())).data)
    return Value(torch.stack(out, 1), True, state=states, ends=v.ends)


def first_states(f, v, n, *names):
    first = [torch.zeros(1, n) if f.starts is None else f.starts[s].data
             for s in names]
    return {s: Value(x.expand(len(v.data), n), True)
            for s, x in zip(names, first)}


def jordan(walk, f, v, n, m):
    def step(x, states):
        h = Value(torch.cat([x.data, states["y"].data], 1), True)
        h = walk.inside(f, Recipe("dense", [(None, n)]), h, "dense1")
        h = Value(h.data.sigmoid(), True)
        h = walk.inside(f, Recipe("dense", [(None, m)]), h, "dense2")
        return {"y": Value(h.data.softmax(-1), True)}

    return steps(v, first_states(f, v, whole(m), "y"), step)


def bidirectional(walk, f, v, recipe):
    def side(x, behind):
        shared = recipe.shared or f.layer.inmost(behind)
        return walk.apply(f, Recipe(recipe.name, recipe.args, shared), x)

    there = side(v, "")
    back = reverse(side(reverse(v), "_reverse"))
    return there.over_time(torch.cat([there.data, back.data], 2))


def peephole_lstm(walk, f, v, n):
    """An LSTM by its equations: PyTorch has none whose gates see the cells."""
    n, width = whole(n), v.features
    shapes = {"weight_ih_l0": (4 * n, width), "weight_hh_l0": (4 * n, n),
              "bias_ih_l0": (4 * n,), "bias_hh_l0": (4 * n,),
              "weight_ci": (n,), "weight_cf": (n,), "weight_co": (n,)}
    w, wh, b, bh, ci, cf, co = [walk.param(f, k, s).data[0]
                                for k, s in shapes.items()]

    def step(x, states):
        h, c = states["h"].data, states["c"].data
        i, g_f, g, o = (F.linear(x.data, w, b)
                        + F.linear(h, wh, bh)).chunk(4, 1)
        c = (g_f + cf * c).sigmoid() * c + (i + ci * c).sigmoid() * g.tanh()
        h = (o + co * c).sigmoid() * c.tanh()
        return {"h": Value(h, True), "c": Value(c, True)}

    return steps(v, first_states(f, v, n, "h", "c"), step)


def seen(query, key, causal):
    """The steps that each one sees; padding sees all: nothing comes of it."""
    t, rows = query.shape[0], torch.ones(1, query.shape[0], key.shape[0]) > 0
    mask = rows.tril() if causal else rows
    if key.ends is not None:
        mask = mask & there(key.ends, key.data, 1).movedim(1, 2)
    if query.ends is not None:
        mask = mask | ~there(query.ends, query.data, 1)
    return mask[:, None]


def attention(walk, f, v, heads, causal=False):
    query, key, value = v if isinstance(v, list) else (v, v, v)
    n, heads = query.features, whole(heads)
    w = walk.param(f, "in_proj_weight", (3 * n, n)).data[0].chunk(3)
    b = walk.param(f, "in_proj_bias", (3 * n,)).data[0].chunk(3)
    q, k, v = [split(x.over_time(F.linear(x.data, *of)), heads).data
               for x, *of in zip((query, key, value), w, b)]
    y = F.scaled_dot_product_attention(q, k, v, seen(query, key, causal))
    y = join(Value(y, query.rows or key.rows or value.rows, ends=query.ends))
    return walk.inside(f, Recipe("dense", [(None, n)]), y, "out_proj")


def transformer(walk, f, v, heads, inner, act=None, causal=False):
    def part(name, recipe, *args):
        def layer(x):
            r = Recipe(recipe, [(None, a) for a in args])
            return walk.inside(f, r, x, name)
        return layer

    mixed = part("self_attn", "attention", heads, causal)(v)
    main = part("norm1", "layernorm")(arithmetic("+", v, mixed))
    h = part("linear1", "dense", inner)(main)
    h = h.like(getattr(F, act.name if act else "relu")(h.data))
    h = part("linear2", "dense", v.features)(h)
    return part("norm2", "layernorm")(arithmetic("+", main, h))


def positions(walk, f, v):
    return arithmetic("+", v, walk.param(f, "weight", v.shape))


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
    "rnn": (elman, ("n", "act")),
    "lstm": (recurrent("LSTM", ["h", "c"]), ("n",)),
    "gru": (recurrent("GRU", ["h"]), ("n",)),
    "peephole_lstm": (peephole_lstm, ("n",)),
    "jordan": (jordan, ("n", "m")),
    "bidirectional": (bidirectional, ("recipe",)),
    "attention": (attention, ("heads", "causal")),
    "transformer": (transformer, ("heads", "inner", "act", "causal")),
    "positions": (positions, ()),
}
