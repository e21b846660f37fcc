"""What a model's text means, computed by PyTorch: the layers are PyTorch's
own, what the text defines is walked through as it is written.

A value of the network has the batch as its first axis, of size 1 where all
rows share it. `Network(text).run(rows)` gives outputs, loss, metrics and
parameters; weights and inputs come from the `draw` that it is given."""
import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F

FEATURES = {1: 0, 2: 1, 3: 0}
AXES = {1: ["features"], 2: ["time", "features"],
        3: ["channels", "height", "width"]}
COMMON = ("init", "frozen", "l1", "l2")


class Word(str):
    """A name that stands for itself: same, sum, zeros, channels."""


class Value:
    def __init__(self, data, rows, layer=None, state=None, vocab=None):
        self.data, self.rows = data, rows
        self.layer, self.state = layer, state
        self.vocab = vocab  # how many ids there are

    @property
    def shape(self):
        return tuple(self.data.shape[1:])

    def axis(self, word):
        """Of data, for a word such as `time`."""
        if word == "features":
            return 1 + FEATURES[len(self.shape)]
        return 1 + AXES[len(self.shape)].index(word)

    @property
    def features(self):
        return self.shape[FEATURES[len(self.shape)]]


class Layer:
    """What bears a name in the weights file."""

    def __init__(self, path="", behind=""):
        self.path, self.behind = path, behind  # around a weight's name
        self.params, self.kids = {}, {}

    def kid(self, name):
        if name not in self.kids:
            self.kids[name] = Layer(self.path + name + ".", self.behind)
        return self.kids[name]

    def inmost(self, behind):
        """A part without a name, whose weights have this behind theirs."""
        if behind not in self.kids:
            self.kids[behind] = Layer(self.path, self.behind + behind)
        return self.kids[behind]


@dataclass
class Recipe:
    name: str
    args: list = field(default_factory=list)  # pairs of a label and a value
    shared: Layer = None
    chain: list = None


@dataclass
class Frame:
    """An instance of a model, block or cell."""
    layer: Layer
    given: object = None  # its `in`
    names: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)
    starts: dict = None
    states: dict = field(default_factory=dict)
    frozen: bool = False
    l1: float = 0
    l2: float = 0


@dataclass
class Param:
    """A tensor to be learned, and what is said of it."""
    data: torch.Tensor
    frozen: bool
    l1: float
    l2: float


def is_tensor(v):
    return isinstance(v, Value)


def holds_tensor(v):
    return is_tensor(v) or (isinstance(v, (list, tuple)) and
                            any(holds_tensor(x) for x in v))


def whole(v):
    assert v == int(v), v
    return int(v)


def pair(v):
    return [whole(x) for x in (v if isinstance(v, list) else [v, v])]


def pads(pad, kernel):
    """top, left, bottom, right"""
    if isinstance(pad, list):
        return [whole(pad[i] if len(pad) == 4 else pad[i % 2])
                for i in range(4)]
    if pad == "same":
        less = [(k - 1) // 2 for k in kernel]
        return less + [k - 1 - p for k, p in zip(kernel, less)]
    if pad == "full":
        return [kernel[0] - 1, kernel[1] - 1] * 2
    return [0 if pad == "valid" else whole(pad)] * 4


def padded(x, pad, kernel, value=0.0):
    top, left, bottom, right = pads(pad, kernel)
    return F.pad(x, (left, right, top, bottom), value=value)


def widened(v, rank):
    """A vector beside a value of more axes lies along the features."""
    if len(v.shape) == rank:
        return v.data
    assert len(v.shape) == 1
    shape = [1] * rank
    shape[FEATURES[rank]] = v.shape[0]
    return v.data.reshape(-1, *shape)


def arithmetic(sign, a, b):
    do = {"+": lambda x, y: x + y, "-": lambda x, y: x - y,
          "*": lambda x, y: x * y, "/": lambda x, y: x / y}[sign]
    if not is_tensor(a) and not is_tensor(b):
        return do(a, b)
    rank = max(len(v.shape) for v in (a, b) if is_tensor(v))
    x, y = (widened(v, rank) if is_tensor(v) else v for v in (a, b))
    return Value(do(x, y), any(is_tensor(v) and v.rows for v in (a, b)))


def sign(x):
    """Its gradient is that of x between -1 and 1."""
    within = x.clamp(-1, 1)
    return x.sign() + (within - within.detach())


# Operators: inputs first, then their arguments by name ------------------------

def mapped(f):
    def op(v):
        return Value(f(v.data), v.rows)
    return op


def reduced(f):
    def op(v, axis=None):
        if axis is not None:
            return Value(f(v.data, v.axis(axis), True), v.rows)
        return Value(f(v.data.flatten(1), 1, True), v.rows)
    return op


def sliced(v, range, axis="features"):
    first, count = whole(range[0]) - 1, len(range)
    return Value(v.data.narrow(v.axis(axis), first, count), v.rows)


def joined(*values, axis="features"):
    rows = max(len(v.data) for v in values)
    data = [v.data.expand(rows, *v.shape) for v in values]
    return Value(torch.cat(data, values[0].axis(axis)),
                 any(v.rows for v in values))


def product(a, b, transposed=False):
    y = b.data if b.rows else b.data[0]
    if transposed:
        y = y.transpose(-1, -2)
    x = a.data
    if b.rows and len(a.shape) == 1:
        return Value((x[:, None] @ y)[:, 0], True)
    return Value(x @ y, a.rows or b.rows)


def split(v, parts):
    """A series' features in parts, which a first axis counts."""
    parts = v.data.unflatten(2, (whole(parts), -1))
    return Value(parts.movedim(2, 1), v.rows)


def join(v):
    return Value(v.data.movedim(1, 2).flatten(2), v.rows)


def convolved(v, w, stride=1, pad=0, exact=False):
    kernel = w.shape[2:]
    return Value(F.conv2d(padded(v.data, pad, kernel), w.data[0], None,
                          pair(stride)), v.rows)


def maxpooled(v, window, stride=None, pad=0, exact=False):
    kernel = pair(window)
    return Value(F.max_pool2d(padded(v.data, pad, kernel, -math.inf), kernel,
                              pair(stride or window)), v.rows)


def avgpooled(v, window, stride=None, pad=0, exact=False):
    kernel = pair(window)
    return Value(F.avg_pool2d(padded(v.data, pad, kernel), kernel,
                              pair(stride or window)), v.rows)


def reshaped(v, sizes):
    return Value(v.data.reshape(len(v.data), *map(whole, sizes)), v.rows)


def scalar(data):
    return Value(data.reshape(1, 1), False)


def by_class(x, classes):
    return x.reshape(-1, x.shape[-1]), classes.reshape(-1)


def counted(f, x, t, reduce, ignore, weights, **how):
    """A loss of classes; without a step that counts it is 0."""
    ignore = -100 if ignore is None else whole(ignore)
    weights = None if weights is None else torch.tensor(weights)
    known = t[t != ignore]
    if len(known) == 0:
        return scalar(0 * x.sum())
    return scalar(f(x, t, weights, ignore_index=ignore, reduction=reduce,
                    **how))


def cross_entropy(x, t, reduce="mean", ignore=None, weights=None,
                  smoothing=0):
    return counted(F.cross_entropy, *by_class(x.data, t.data), reduce, ignore,
                   weights, label_smoothing=smoothing)


def log_loss(p, t, reduce="mean", ignore=None, weights=None):
    p, t = by_class(p.data, t.data)
    return counted(F.nll_loss, p.clamp(min=1e-12).log(), t, reduce, ignore,
                   weights)


def squared_error(a, b, reduce="mean"):
    return scalar(F.mse_loss(a.data, b.data, reduction=reduce))


def accuracy(x, t, ignore=None):
    x, t = by_class(x.data, t.data)
    hits = (x.argmax(-1) == t)[t != (-100 if ignore is None else ignore)]
    return scalar(hits.to(x.dtype).sum() / max(1, len(hits)))


def one_hot(ids, n):
    hot = F.one_hot(ids.data, whole(n)).to(torch.get_default_dtype())
    return Value(hot, ids.rows)


def rmse(a, b):
    return scalar(F.mse_loss(a.data, b.data).sqrt())


OPERATORS = {  # inputs, the operator, its arguments in order
    "exp": (1, mapped(torch.exp), ()), "log": (1, mapped(torch.log), ()),
    "sqrt": (1, mapped(torch.sqrt), ()),
    "square": (1, mapped(torch.square), ()),
    "sigmoid": (1, mapped(torch.sigmoid), ()),
    "tanh": (1, mapped(torch.tanh), ()), "relu": (1, mapped(F.relu), ()),
    "gelu": (1, mapped(F.gelu), ()),
    "sign": (1, mapped(sign), ()),
    "sum": (1, reduced(torch.sum), ("axis",)),
    "mean": (1, reduced(torch.mean), ("axis",)),
    "slice": (1, sliced, ("range", "axis")),
    "concat": (-1, joined, ("axis",)),
    "reverse": (1, mapped(lambda x: x.flip(1)), ()),
    "matmul": (2, product, ("transposed",)),
    "split": (1, split, ("parts",)), "join": (1, join, ()),
    "conv2d": (2, convolved, ("stride", "pad", "exact")),
    "maxpool": (1, maxpooled, ("window", "stride", "pad", "exact")),
    "avgpool": (1, avgpooled, ("window", "stride", "pad", "exact")),
    "softmax": (1, lambda v: Value(v.data.softmax(v.axis("features")),
                                   v.rows), ()),
    "reshape": (1, reshaped, ("sizes",)),
    "flatten": (1, mapped(lambda x: x.flatten(1)), ()),
    "one_hot": (1, one_hot, ("n",)),
    "cross_entropy": (2, cross_entropy,
                      ("reduce", "ignore", "weights", "smoothing")),
    "log_loss": (2, log_loss, ("reduce", "ignore", "weights")),
    "squared_error": (2, squared_error, ("reduce",)),
    "accuracy": (2, accuracy, ("ignore",)), "rmse": (2, rmse, ()),
}
