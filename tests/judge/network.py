"""What a model's text means, computed by PyTorch: the layers are PyTorch's
own, what the text defines is walked through as it is written.

A value of the network has the batch as its first axis, of size 1 where all
rows share it. Rows may be of different lengths: see extent.py."""
import math
import operator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F

from extent import behind, flipped, held, lengths, meet, part, there

FEATURES = {1: 0, 2: 1, 3: 0}
AXES = {1: ["features"], 2: ["time", "features"],
        3: ["channels", "height", "width"]}
COMMON = ("init", "frozen", "l1", "l2")


class Word(str):
    """A name that stands for itself: same, sum, zeros, channels."""


class Value:
    """`ends` say where each row begins and ends along time, `columns` the same
    of features that are steps; None: all hold. What does not hold is 0."""

    def __init__(self, data, rows, state=None, vocab=None, ends=None,
                 columns=None):
        self.rows, self.layer, self.state = rows, None, state
        self.vocab = vocab  # how many ids there are
        self.ends = self.columns = None
        if columns is not None and data.shape[-1] > 1:
            self.columns = columns
        if ends is not None and data.shape[-2] > 1:
            self.ends = ends
        self.data = data
        self.data = self.filled(0)

    def filled(self, number):
        """Its data with this number where it does not hold."""
        x = self.data
        for ends, axis in ((self.columns, -1), (self.ends, -2)):
            if ends is not None:
                x = x.masked_fill(~there(ends, x, axis), number)
        return x

    def like(self, data):
        """Numbers that took the places of this value's."""
        return Value(data, self.rows, ends=self.ends, columns=self.columns)

    def over_time(self, data):
        """New features in the same steps."""
        return Value(data, self.rows, ends=self.ends)

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


def widened(x, rank):
    """A vector beside a value of more axes lies along the features."""
    if x.dim() == 1 + rank:
        return x
    assert x.dim() == 2
    shape = [1] * rank
    shape[FEATURES[rank]] = x.shape[1]
    return x.reshape(-1, *shape)


def number_or_one(compare):
    def do(x, y):
        z = compare(x, y)
        return z.to(torch.get_default_dtype()) if torch.is_tensor(z) else z
    return do


SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul,
         "/": operator.truediv,
         **{sign: number_or_one(f) for sign, f in {
             "==": operator.eq, "!=": operator.ne, "<": operator.lt,
             "<=": operator.le, ">": operator.gt, ">=": operator.ge}.items()}}


def arithmetic(sign, *operands):
    return together(SIGNS[sign], *operands, last=sign == "/")


def together(do, *operands, last=0):
    """Element by element, of values and numbers; where the last one does not
    hold it is this number."""
    values = [v for v in operands if is_tensor(v)]
    if not values:
        return do(*operands)
    rank = max(len(v.shape) for v in values)
    x = [widened(v.filled(last if v is operands[-1] else 0), rank)
         if is_tensor(v) else v for v in operands]
    return of_all(do(*x), values)


def of_all(data, values):
    """What holds in all of these."""
    return Value(data, any(v.rows for v in values),
                 ends=meet([v.ends for v in values]),
                 columns=meet([v.columns for v in values]))


def sign(x):
    """Its gradient is that of x between -1 and 1."""
    within = x.clamp(-1, 1)
    return x.sign() + (within - within.detach())


# Operators: inputs first, then their arguments by name ------------------------

def mapped(f):
    def op(v):
        return v.like(f(v.filled(1)))
    return op


def total(v, axis=None):
    """The sum of what holds, and how many numbers that are."""
    axes = list(range(1, v.data.dim())) if axis is None else [v.axis(axis)]
    count = math.prod(v.data.shape[a] for a in axes)
    for ends, a in ((v.ends, v.data.dim() - 2), (v.columns, v.data.dim() - 1)):
        if ends is not None and a in axes:
            count = count // v.data.shape[a] * lengths(ends, v.data.dim())
    y = v.data.sum(axes, keepdim=True)
    if axis is None:
        return Value(y.flatten(1), v.rows), \
            count.flatten(1) if torch.is_tensor(count) else count
    return Value(y, v.rows, ends=None if axis == "time" else v.ends,
                 columns=None if axis == "features" else v.columns), count


def summed(v, axis=None):
    return total(v, axis)[0]


def mean(v, axis=None):
    y, count = total(v, axis)
    return y.like(y.data / count)


def sliced(v, range, axis="features"):
    first, count = whole(range[0]) - 1, len(range)
    data = v.data.narrow(v.axis(axis), first, count)
    if axis != "time" or v.ends is None:
        return v.over_time(data)
    return Value(data, v.rows, ends=part(v.ends, first, count))


def joined(*values, axis="features"):
    rows = max(len(v.data) for v in values)
    data = [v.data.expand(rows, *v.shape) for v in values]
    every, ends = any(v.rows for v in values), [v.ends for v in values]
    if axis == "time" and any(e is not None for e in ends):
        data, ends = behind(data, ends)
        return Value(data, every, ends=ends)
    return Value(torch.cat(data, values[0].axis(axis)), every, ends=meet(ends))


def product(a, b, transposed=False):
    y = b.data if b.rows else b.data[0]
    if transposed:
        y = y.transpose(-1, -2)
    x = a.data
    if b.rows and len(a.shape) == 1:
        return Value((x[:, None] @ y)[:, 0], True)
    return Value(x @ y, a.rows or b.rows, ends=a.ends,
                 columns=b.ends if transposed else None)


def softmax(v):
    x = v.data
    if v.columns is not None:
        x = x.masked_fill(~there(v.columns, x, -1), -math.inf)
    return v.like(x.softmax(v.axis("features")))


def index(v, axis="features"):
    """The places along an axis."""
    axis = v.axis(axis)
    shape = [1] * v.data.dim()
    shape[axis] = v.data.shape[axis]
    return Value(torch.arange(shape[axis]).double().reshape(shape), False)


def chosen(mask, a, b):
    def where(m, x, y):
        return torch.where(m != 0, x, torch.as_tensor(y))
    return together(where, mask, a, b)


def split(v, parts):
    """A series' features in parts, which a first axis counts."""
    parts = v.data.unflatten(2, (whole(parts), -1))
    return v.over_time(parts.movedim(2, 1))


def join(v):
    return v.over_time(v.data.movedim(1, 2).flatten(2))


def reverse(v):
    """About each row's own end."""
    if v.ends is None:
        return Value(v.data.flip(1), v.rows)
    return v.over_time(flipped(v.data, v.ends))


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
    """Steps remain steps where there are as many."""
    data = v.data.reshape(len(v.data), *map(whole, sizes))
    kept = len(v.shape) == 2 == len(sizes) and v.shape[0] == data.shape[1]
    return Value(data, v.rows, ends=v.ends if kept else None)


def flat(v):
    return Value(v.data.flatten(1), v.rows)


def scalar(data):
    return Value(data.reshape(1, 1), False)


def by_class(x, classes):
    """Of all steps that hold."""
    t = held(classes.data[..., None], x.ends)[..., 0].reshape(-1)
    return held(x.data, x.ends).reshape(-1, x.features), t


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
    return counted(F.cross_entropy, *by_class(x, t), reduce, ignore,
                   weights, label_smoothing=smoothing)


def log_loss(p, t, reduce="mean", ignore=None, weights=None):
    p, t = by_class(p, t)
    return counted(F.nll_loss, p.clamp(min=1e-12).log(), t, reduce, ignore,
                   weights)


def squared_error(a, b, reduce="mean"):
    ends = meet([a.ends, b.ends])
    return scalar(F.mse_loss(held(a.data, ends), held(b.data, ends),
                             reduction=reduce))


def accuracy(x, t, ignore=None):
    x, t = by_class(x, t)
    hits = (x.argmax(-1) == t)[t != (-100 if ignore is None else ignore)]
    return scalar(hits.to(x.dtype).sum() / max(1, len(hits)))


def one_hot(ids, n):
    hot = F.one_hot(ids.data, whole(n)).to(torch.get_default_dtype())
    return ids.over_time(hot)


def rmse(a, b):
    return scalar(squared_error(a, b).data.sqrt())


OPERATORS = {  # inputs, the operator, its arguments in order
    "exp": (1, mapped(torch.exp), ()), "log": (1, mapped(torch.log), ()),
    "sqrt": (1, mapped(torch.sqrt), ()),
    "square": (1, mapped(torch.square), ()),
    "sigmoid": (1, mapped(torch.sigmoid), ()),
    "tanh": (1, mapped(torch.tanh), ()), "relu": (1, mapped(F.relu), ()),
    "gelu": (1, mapped(F.gelu), ()),
    "sign": (1, mapped(sign), ()), "abs": (1, mapped(torch.abs), ()),
    "index": (1, index, ("axis",)), "where": (3, chosen, ()),
    "sum": (1, summed, ("axis",)),
    "mean": (1, mean, ("axis",)),
    "slice": (1, sliced, ("range", "axis")),
    "concat": (-1, joined, ("axis",)),
    "reverse": (1, reverse, ()),
    "matmul": (2, product, ("transposed",)),
    "split": (1, split, ("parts",)), "join": (1, join, ()),
    "conv2d": (2, convolved, ("stride", "pad", "exact")),
    "maxpool": (1, maxpooled, ("window", "stride", "pad", "exact")),
    "avgpool": (1, avgpooled, ("window", "stride", "pad", "exact")),
    "softmax": (1, softmax, ()),
    "reshape": (1, reshaped, ("sizes",)),
    "flatten": (1, flat, ()),
    "one_hot": (1, one_hot, ("n",)),
    "cross_entropy": (2, cross_entropy,
                      ("reduce", "ignore", "weights", "smoothing")),
    "log_loss": (2, log_loss, ("reduce", "ignore", "weights")),
    "squared_error": (2, squared_error, ("reduce",)),
    "accuracy": (2, accuracy, ("ignore",)), "rmse": (2, rmse, ()),
}
