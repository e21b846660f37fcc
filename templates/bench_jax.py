"""An ONNX file of nnc's in JAX, and through it in LiteRT.

Each operator that nnc writes is a function here. What depends on sizes alone is
computed once, by numpy, so that JAX sees a program without sizes to find out."""
import jax
import jax.numpy as jnp
import numpy as np
import onnx
from jax import lax
from onnx import numpy_helper

TYPES = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 11: np.float64}


def space(*xs):
    """numpy where all are known, else its like in JAX."""
    return np if all(x is None or isinstance(x, np.ndarray) for x in xs) \
        else jnp


def fixed(x):
    return tuple(int(v) for v in np.asarray(x).reshape(-1))


def both(name):
    return lambda a, x, *y: getattr(space(x, *y), name)(x, *y)


def along(a, default=-1):
    return a.get("axis", default)


def expand(a, x, shape):
    return space(x).broadcast_to(
        x, np.broadcast_shapes(x.shape, fixed(shape)))


def reshape(a, x, shape):
    shape = [x.shape[i] if n == 0 else n for i, n in enumerate(fixed(shape))]
    return space(x).reshape(x, shape)


def axes_of(a, rest):
    return fixed(rest[0]) if rest else tuple(a["axes"])


def reduce(name):
    return lambda a, x, *rest: getattr(space(x), name)(
        x, axis=axes_of(a, rest), keepdims=bool(a.get("keepdims", 1)))


def cut(a, x, first, last, axes, steps=None):
    part = [slice(None)] * x.ndim
    steps = fixed(steps) if steps is not None else [1] * len(axes)
    for lo, hi, axis, step in zip(fixed(first), fixed(last), fixed(axes), steps):
        size = x.shape[axis]
        part[axis] = slice(lo, None if hi < -size else hi, step)
    return x[tuple(part)]


def pad(a, x, around, value=None, axes=None):
    around = fixed(around)
    n = len(around) // 2
    pairs = [(0, 0)] * x.ndim
    for i, axis in enumerate(fixed(axes) if axes is not None else range(n)):
        pairs[axis] = around[i], around[n + i]
    fill = 0 if value is None else np.asarray(value).reshape(-1)[0]
    return space(x).pad(x, pairs, constant_values=fill)


def window(a, rank):
    """Size, step and room of a window over so many axes."""
    pads = a.get("pads", [0] * 2 * rank)
    return (a["kernel_shape"], a.get("strides", [1] * rank),
            [*zip(pads[:rank], pads[rank:])], a.get("dilations", [1] * rank))


def conv(a, x, w, b=None):
    n = x.ndim - 2
    _, steps, room, spread = window({"kernel_shape": w.shape[2:], **a}, n)
    letters = "HWD"[:n]
    y = lax.conv_general_dilated(
        x, w, steps, room, rhs_dilation=spread,
        dimension_numbers=("NC" + letters, "OI" + letters, "NC" + letters),
        feature_group_count=a.get("group", 1))
    return y if b is None else y + b.reshape(1, -1, *[1] * n)


def pool(a, x, start, function):
    size, steps, room, spread = window(a, x.ndim - 2)
    front = (1, 1)
    return lax.reduce_window(
        x, np.float32(start), function, front + tuple(size),
        front + tuple(steps), [(0, 0), (0, 0), *room],
        window_dilation=front + tuple(spread))


def average(a, x):
    return pool(a, x, 0, lax.add) / np.float32(np.prod(a["kernel_shape"]))


def gemm(a, x, w, b):
    x = x.T if a.get("transA") else x
    return x @ (w.T if a.get("transB") else w) + b


def normal(x, mean, variance, scale, shift, epsilon):
    return (x - mean) * (scale / jnp.sqrt(variance + epsilon)) + shift


def batchnorm(a, x, scale, shift, mean, variance):
    scale, shift, mean, variance = (
        v.reshape(1, -1, *[1] * (x.ndim - 2))
        for v in (scale, shift, mean, variance))
    return normal(x, mean, variance, scale, shift, a.get("epsilon", 1e-5))


def layernorm(a, x, scale, shift):
    return normal(x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True), scale,
                  shift, a.get("epsilon", 1e-5))


def scatter(a, x, place, values):
    return jnp.put_along_axis(x, place, values, axis=along(a), inplace=False)


def recurrent(a, cell, x, w, r, b, lengths, states):
    """All steps, the states behind them; what is behind a row's end stays."""
    size = a["hidden_size"]
    zeros = jnp.zeros((x.shape[1], size), x.dtype)
    states = [zeros if s is None else s[0] for s in states]
    inputs = jnp.einsum("tnd,gd->tng", x, w[0])
    bias = b[0] if b is not None else np.zeros(2 * w.shape[1], np.float32)
    half = len(bias) // 2

    def step(before, now):
        number, row = now
        after = cell(row + bias[:half], before, r[0], bias[half:])
        if lengths is not None:
            there = (number < lengths)[:, None]
            after = [jnp.where(there, n, o) for n, o in zip(after, before)]
            return after, jnp.where(there, after[0], 0)
        return after, after[0]
    last, steps = lax.scan(step, states, (np.arange(len(x)), inputs))
    return steps[:, None], *(s[None] for s in last)


def lstm_cell(x, states, r, bias):
    h, c = states
    i, o, f, g = jnp.split(x + h @ r.T + bias, 4, 1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return [jax.nn.sigmoid(o) * jnp.tanh(c), c]


def gru_cell(x, states, r, bias):
    h, = states
    (xz, xr, xn), (hz, hr, hn) = (jnp.split(v, 3, 1)
                                  for v in (x, h @ r.T + bias))
    z = jax.nn.sigmoid(xz + hz)
    n = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
    return [(1 - z) * n + z * h]


def rnn_cell(a):
    bend = jax.nn.relu if a.get("activations") == [b"Relu"] else jnp.tanh
    return lambda x, states, r, bias: [bend(x + states[0] @ r.T + bias)]


def lstm(a, x, w, r, b=None, lengths=None, h=None, c=None):
    return recurrent(a, lstm_cell, x, w, r, b, lengths, [h, c])


def gru(a, x, w, r, b=None, lengths=None, h=None):
    return recurrent(a, gru_cell, x, w, r, b, lengths, [h])


def rnn(a, x, w, r, b=None, lengths=None, h=None):
    return recurrent(a, rnn_cell(a), x, w, r, b, lengths, [h])


def scan(a, *given, outer):
    body, n = a["body"], len(given) - a["num_scan_inputs"]

    def step(states, rows):
        names = [x.name for x in body.input]
        out = evaluate(body, {**outer, **dict(zip(names, [*states, *rows]))})
        return out[:n], out[n:]
    last, steps = lax.scan(step, [jnp.asarray(x) for x in given[:n]], given[n:])
    return *last, *steps


OPERATORS = {
    **{x: both(x.lower()) for x in
       ("Abs", "Add", "Equal", "Exp", "Greater", "Less", "Log", "Sign", "Sqrt",
        "Tanh", "Where", "Mod")},
    "Sub": both("subtract"), "Mul": both("multiply"), "Neg": both("negative"),
    "LessOrEqual": both("less_equal"), "Max": both("maximum"),
    "Min": both("minimum"), "MatMul": both("matmul"), "IsNaN": both("isnan"),
    "Div": lambda a, x, y: x // y if x.dtype.kind == "i" else x / y,
    "Erf": lambda a, x: lax.erf(x),
    "Relu": lambda a, x: jax.nn.relu(x),
    "Sigmoid": lambda a, x: jax.nn.sigmoid(x),
    "Softplus": lambda a, x: jax.nn.softplus(x),
    "Softmax": lambda a, x: jax.nn.softmax(x, along(a)),
    "LogSoftmax": lambda a, x: jax.nn.log_softmax(x, along(a)),
    "ArgMax": lambda a, x: space(x).argmax(x, along(a, 0), keepdims=True),
    "Cast": lambda a, x: x.astype(TYPES[a["to"]]),
    "Concat": lambda a, *x: space(*x).concatenate(x, along(a)),
    "Expand": expand, "Reshape": reshape, "Slice": cut, "Pad": pad,
    "Transpose": lambda a, x: space(x).transpose(x, a["perm"]),
    "Shape": lambda a, x: np.array(x.shape[a.get("start", 0):a.get("end")]),
    "Identity": lambda a, x: x,
    "Squeeze": lambda a, x, axes: space(x).squeeze(x, fixed(axes)),
    "Unsqueeze": lambda a, x, axes: space(x).expand_dims(x, fixed(axes)),
    "ReduceSum": reduce("sum"), "ReduceMax": reduce("max"),
    "ReduceMean": reduce("mean"),
    "Gather": lambda a, x, place: space(x, place).take(
        x, place, axis=along(a, 0)),
    "GatherElements": lambda a, x, place: jnp.take_along_axis(
        x, place, axis=along(a, 0)),
    "ScatterElements": scatter, "Conv": conv, "Gemm": gemm,
    "MaxPool": lambda a, x: pool(a, x, -np.inf, lax.max),
    "AveragePool": average, "BatchNormalization": batchnorm,
    "LayerNormalization": layernorm, "LSTM": lstm, "GRU": gru, "RNN": rnn,
}


def evaluate(graph, values):
    """The outputs of a graph; values has its inputs and what is around it."""
    values = dict(values)
    for x in graph.initializer:
        values.setdefault(x.name, numpy_helper.to_array(x))
    for node in graph.node:
        a = {x.name: onnx.helper.get_attribute_value(x)
             for x in node.attribute}
        given = [values[name] if name else None for name in node.input]
        if node.op_type == "Scan":
            out = scan(a, *given, outer=values)
        elif node.op_type == "Constant":
            out = numpy_helper.to_array(a["value"])
        else:
            out = OPERATORS[node.op_type](a, *given)
        out = out if isinstance(out, tuple) else (out,)
        values.update(zip(node.output, out))
    return [values[x.name] for x in graph.output]


def settings(text):
    """The name of an optimiser, and its numbers: adam(beta1: 0.9, ...)."""
    name, rest = text[:-1].split("(")
    pairs = (x.split(": ") for x in rest.split(", ") if x)
    return name, {k: v == "true" if v in ("true", "false") else float(v)
                  for k, v in pairs}


def sgd(momentum=0.0, nesterov=False):
    def update(w, d, rate, step, v):
        v = momentum * v + d
        return w - rate * (d if momentum == 0
                           else d + momentum * v if nesterov else v), v
    return update, 1


def adam(beta1=0.9, beta2=0.999, eps=1e-8):
    def update(w, d, rate, step, m, v):
        m, v = beta1 * m + (1 - beta1) * d, beta2 * v + (1 - beta2) * d * d
        size = jnp.sqrt(v / (1 - beta2 ** step)) + eps
        return w - rate / (1 - beta1 ** step) * m / size, m, v
    return update, 2


OPTIMISERS = {"sgd": sgd, "adam": adam}


class Training:
    """Steps on the loss of a file; its weights are those of known names, and
    the joined ones of LSTM, GRU and RNN."""

    def __init__(self, path, rows, names):
        model = onnx.load(path)
        notes = {x.key: x.value for x in model.metadata_props}
        self.rate, self.graph = float(notes["rate"]), Graph(path, rows)
        name, numbers = settings(notes["optimizer"])
        if name not in OPTIMISERS:
            raise NotImplementedError(f"{name} is not written for JAX")
        self.rule, self.slots = OPTIMISERS[name](**numbers)
        self.first = {x.name: numpy_helper.to_array(x)
                      for x in model.graph.initializer
                      if x.name in names or x.name.endswith((".W", ".R", ".B"))}
        self.rows = [jax.device_put(x) for x in self.graph.inputs]
        self.begin(self.rate)
        self.step = jax.jit(self.traced, donate_argnums=0).lower(
            self.state, self.now, self.rows).compile()

    def begin(self, rate):
        first = [jnp.array(w) for w in self.first.values()]
        slots = [[jnp.zeros_like(w) for w in first] for _ in range(self.slots)]
        self.state, self.now = (first, slots, jnp.float32(0)), jnp.float32(rate)

    def traced(self, state, rate, rows):
        weights, slots, number = state
        number = number + 1

        def loss(w):
            return self.graph(*rows, **dict(zip(self.first, w)))[0].reshape(())
        value, d = jax.value_and_grad(loss)(weights)
        made = [self.rule(*x[:2], rate, number, *x[2:])
                for x in zip(weights, d, *slots)]
        weights, *slots = map(list, zip(*made))
        return value, (weights, slots, number)

    def __call__(self):
        loss, self.state = self.step(self.state, self.now, self.rows)
        return jax.block_until_ready(loss)


class Graph:
    """The file as a function of its inputs, and of weights that replace its
    own."""

    def __init__(self, path, rows):
        self.graph = onnx.load(path).graph
        self.names = [x.name for x in self.graph.input]
        self.inputs = []
        for x in self.graph.input:
            shape = [d.dim_value for d in x.type.tensor_type.shape.dim][1:]
            kind = TYPES[x.type.tensor_type.elem_type]
            self.inputs.append(np.ascontiguousarray(
                rows[x.name].reshape(-1, *shape).astype(kind)))

    def __call__(self, *inputs, **weights):
        return evaluate(self.graph, {**weights,
                                     **dict(zip(self.names, inputs))})


def peer(base, beside, weights):
    class Jax(base):
        packages = "jax", "jaxlib"

        def __init__(self, computed):
            super().__init__(computed)
            graph = Graph(beside("model.onnx"), self.rows)
            self.given = [jax.device_put(x) for x in graph.inputs]
            self.run = jax.jit(graph).lower(*self.given).compile()

        def call(self):
            jax.block_until_ready(self.run(*self.given))

        def results(self):
            return [np.asarray(x) for x in self.run(*self.given)]

        def losses(self, count):
            self.train = Training(beside("loss.onnx"), self.rows, weights)
            return [float(self.train()) for _ in range(count)]

        def open_training(self, rate):
            self.train.begin(rate)

        def step(self):
            self.train()
    return Jax


def converted(path, rows):
    """The bytes of a file of LiteRT, made of what JAX lowers; its inputs and
    outputs have names in their order."""
    import tensorflow as tf
    from jax.experimental import jax2tf
    graph = Graph(path, rows)

    def outputs(*x):
        return {f"y{i:03}": y for i, y in enumerate(graph(*x))}
    run = tf.function(
        jax2tf.convert(outputs, with_gradient=False),
        input_signature=[tf.TensorSpec(x.shape, x.dtype, name=f"x{i:03}")
                         for i, x in enumerate(graph.inputs)],
        autograph=False)
    return tf.lite.TFLiteConverter.from_concrete_functions(
        [run.get_concrete_function()]).convert()
