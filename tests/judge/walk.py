"""Walks through a model's text: every statement in its order, every step of a
loop over time, every layer by PyTorch."""
import torch

from extent import kept, meet, of_ids
from layers import LAYERS
from network import (AXES, COMMON, FEATURES, OPERATORS, Frame, Layer, Param,
                     Recipe, Value, Word, arithmetic, holds_tensor, is_tensor,
                     whole)

INITS = ("zeros", "ones", "uniform", "normal", "he", "glorot", "orthogonal")


class Walk:
    """One pass over `model` with `rows` rows. `draw_weights(name, shape)` and
    `draw_input(name, shape, classes, padded)` give what is not in the text."""

    def __init__(self, definitions, rows, draw_weights, draw_input):
        self.definitions, self.rows = definitions, rows
        self.draw_weights, self.draw_input = draw_weights, draw_input
        self.params, self.outputs, self.losses, self.metrics = {}, [], [], {}
        self.train = {}

    def model(self, d):
        f = Frame(Layer())
        for item in d.items:
            self.item(f, item)

    # Items.

    def item(self, f, item):
        kind = item[0]
        if kind in ("input", "target"):
            self.input(f, *item[:4])
        elif kind == "state":
            self.state(f, item)
        elif kind == "param":
            f.names[item[1]] = self.declared(f, *item[1:])
        elif kind == "layer":
            self.layer(f, item[1], self.value(f, item[2]))
        elif kind == "let":
            self.let(f, item[1], self.value(f, item[2]))
        elif kind == "output":
            self.outputs.append(self.value(f, item[1]).data)
        elif kind == "loss":
            loss = self.value(f, item[1])
            self.losses.append(loss.data.mean())
        elif kind == "metric":
            self.metrics[item[1][1]] = self.value(f, item[1]).data.reshape(())
        else:
            assert kind == "train", kind
            self.train = item[1]

    def input(self, f, kind, name, sizes, classes):
        shape = [whole(self.value(f, s)) for s in sizes]
        if classes is not None:
            classes = whole(self.value(f, classes))
        padded = kind == "input" and classes is not None and \
            max(shape, default=1) > 1
        data = self.draw_input(name, (self.rows, *shape), classes, padded)
        v = Value(data, True, vocab=classes)
        v.ends = of_ids(data) if padded else None
        f.names[name] = v

    def state(self, f, item):
        _, name, sizes, _, first = item
        shape = [whole(self.value(f, s)) for s in sizes]
        if name in f.states:  # a later step
            v = f.states[name]
        else:
            v = f.starts[name] if f.starts is not None else \
                0 if first is None else self.value(f, first)
            v = self.everywhere(v, shape)
        f.names[name] = v

    def everywhere(self, v, shape):
        data = v.data if is_tensor(v) else torch.full((1,), float(v))
        return Value(data.expand(self.rows, *shape), True)

    def let(self, f, names, v):
        values = [v] if len(names) == 1 else list(v)
        assert len(values) == len(names)
        for name, one in zip(names, values):
            if name.endswith("'") and name[:-1] in f.names:
                shape = f.names[name[:-1]].shape
                one = self.everywhere(one, shape)
            f.names[name] = one

    def layer(self, f, name, recipe):
        kept = Recipe(recipe.name, recipe.args, recipe.shared, recipe.chain)
        kept.shared = kept.shared or f.layer.kid(name)
        f.names[name] = kept

    # Parameters.

    def declared(self, f, name, sizes, options):
        shape = tuple(whole(self.value(f, s)) for s in sizes)
        said = {label: self.value(f, x) for label, x in options}
        return self.param(f, name, shape, **said)

    def param(self, f, name, shape, init=None, frozen=False, l1=0, l2=0,
              padding=False):
        """A layer's parameter: made, found again, shared or left out."""
        if name in f.layer.params:
            return f.layer.params[name]
        if name == "weight" and "init" in f.extra:
            init = f.extra["init"]
        own = f.extra.get(name)
        if own is False:
            v = Value(torch.zeros(1, *shape), False)
        elif is_tensor(own):
            assert own.shape == shape
            v = own
        else:
            if own is not None and own is not True:
                init = own
            frozen = frozen or f.frozen
            v = self.made(f.layer.path + name + f.layer.behind, shape, init,
                          frozen, l1 + f.l1, l2 + f.l2, padding)
        f.layer.params[name] = v
        return v

    def made(self, name, shape, init, frozen, l1, l2, padding):
        assert name not in self.params, name
        if frozen and isinstance(init, list):
            data = torch.tensor(init).float().to(torch.get_default_dtype())
            assert data.shape == shape
        else:
            data = self.draw_weights(name, shape)
        if padding:
            data[0] = 0
        data.requires_grad_(not frozen)
        self.params[name] = Param(data, frozen, l1, l2)
        return Value(data[None], False)

    # Expressions.

    def value(self, f, x):
        kind = x[0]
        if kind in ("number", "bool"):
            return x[1]
        if kind == "name":
            return self.name(f, x[1])
        if kind in ("list", "tuple"):
            return [self.value(f, e) for e in x[1]]
        if kind == "range":
            a, b = (whole(self.value(f, e)) for e in x[1:])
            return list(range(a, b + 1))
        if kind == "if":
            return self.value(f, x[2 if self.value(f, x[1]) else 3])
        if kind == "for":
            return self.turns(f, *x[1:])
        if kind == "neg":
            v = self.value(f, x[1])
            return v.like(-v.data) if is_tensor(v) else -v
        if kind == "field":
            return self.field(self.value(f, x[1]), x[2])
        if kind == "call":
            return self.call(f, x[1], self.args(f, x[2]))
        if kind == "pipe":
            return self.pipe(f, x[1], x[2])
        return arithmetic(kind, self.value(f, x[1]), self.value(f, x[2]))

    def args(self, f, args):
        return [(label, self.value(f, x)) for label, x in args]

    def turns(self, f, name, over, body):
        values = []
        for one in self.value(f, over):
            f.names[name] = one
            values.append(self.value(f, body))
        del f.names[name]
        return values

    def name(self, f, name):
        if name == "in":
            return f.given
        if name in f.names:
            return f.names[name]
        if self.known(name):
            return Recipe(name)
        return Word(name)

    def known(self, name):
        return name in self.definitions or name in LAYERS or \
            name in OPERATORS or name in ("chain", "scan")

    def field(self, v, word):
        if isinstance(v, dict):
            return v[word]
        if word in ("features", "length", "channels", "height", "width") and \
                is_tensor(v):
            axis = v.axis("time" if word == "length" else word)
            return v.data.shape[axis]
        if word == "state":
            return v.state
        if isinstance(v, list):  # height and width of a kernel
            return v[("height", "width").index(word)]
        layer = v.shared if isinstance(v, Recipe) else v.layer
        return layer.params[word]

    # Calls.

    def callee(self, f, name, args):
        v = f.names.get(name)
        if isinstance(v, Recipe):
            return Recipe(v.name, args or v.args, v.shared, v.chain)
        assert self.known(name), name
        return Recipe(name, args)

    def call(self, f, name, args):
        if name in INITS and not self.known(name):
            return Word(name)
        if args and args[0][0] is None and holds_tensor(args[0][1]):
            return self.apply(f, self.callee(f, name, args[1:]), args[0][1])
        return self.callee(f, name, args)

    def stage(self, f, x):
        if x[0] == "name":
            return self.callee(f, x[1], [])
        if x[0] == "call":
            return self.callee(f, x[1], self.args(f, x[2]))
        return self.value(f, x)

    def pipe(self, f, first, stages):
        v = self.value(f, first)
        for x, name in stages:
            recipe = self.stage(f, x)
            if isinstance(v, Recipe):
                v = Recipe("chain", chain=[v, recipe])
            else:
                v = self.apply(f, recipe, v, name)
            if name:
                f.names[name] = v
        return v

    def apply(self, f, r, v, name=None):
        if r.name == "chain":
            return self.chain(f, r, v, name)
        if r.name == "scan":
            (_, cell), *rest = r.args
            return self.apply(f, Recipe(cell.name, cell.args + rest,
                                        r.shared or cell.shared), v, name)
        if r.name in OPERATORS and r.name not in self.definitions:
            return self.operate(r, v)
        return self.applied(f, r, v, name)

    def chain(self, f, r, v, name):
        outer, group = f.layer, r.shared
        if name and not group:
            group = outer.kid(name)
        f.layer = group or outer
        for one in r.chain or r.args[0][1]:
            v = self.apply(f, one, v)
        f.layer = outer
        return v

    def operate(self, r, v):
        inputs = list(v) if isinstance(v, (list, tuple)) else [v]
        count, op, formals = OPERATORS[r.name]
        args = list(r.args)
        while args and args[0][0] is None and \
                (count < 0 or len(inputs) < count):
            one = args.pop(0)[1]
            inputs += one if isinstance(one, list) else [one]
        said = {k: Word(x.name) if isinstance(x, Recipe) else x
                for k, x in bound(formals, args)[0].items()}
        return op(*inputs, **said)

    def inside(self, f, r, v, name):
        """A layer that is a part of another one."""
        return self.applied(f, r, v, name)

    def kind(self, r):
        """What it is named after."""
        return self.kind(r.args[0][1]) if r.name == "bidirectional" else r.name

    def applied(self, f, r, v, name):
        """A layer, block or cell as a part of the frame's."""
        layer = r.shared
        if layer is None:
            if name is None:
                kind = self.kind(r)
                f.counts[kind] = f.counts.get(kind, 0) + 1
                name = f"{kind}{f.counts[kind]}"
            layer = f.layer.kid(name)
        g = Frame(layer, v, frozen=f.frozen, l1=f.l1, l2=f.l2)
        d = self.definitions.get(r.name)
        formals = [n for n, _ in d.formals] if d else LAYERS[r.name][1]
        args, g.extra = bound(formals, r.args)
        g.starts = g.extra.pop("start", None)
        for word in ("frozen", "l1", "l2"):
            setattr(g, word, g.extra.pop(word, getattr(g, word)))
        if not d:
            out = LAYERS[r.name][0](self, g, v, **args)
        else:
            for formal, default in d.formals:
                g.names[formal] = args[formal] if formal in args else \
                    self.value(g, default)
            out = (self.scan if d.kind == "cell" else self.block)(d, g)
        v = out.like(out.data)
        v.layer, v.state = layer, out.state
        return v

    def block(self, d, g):
        for item in d.items:
            self.item(g, item)
        return g.names["out"]

    def scan(self, d, g):
        """A cell along time, a step after the other."""
        formals, out, many = dict(g.names), [], isinstance(g.given, list)
        series = g.given if many else [g.given]
        ends = meet([s.ends for s in series])
        for t in range(series[0].shape[0]):
            g.names, g.counts = dict(formals), {}
            at = [Value(s.data[:, t], True) for s in series]
            g.given = at if many else at[0]
            out.append(self.block(d, g).data)
            g.states = {i[1]: Value(kept(ends, t, g.names[i[1] + "'"].data,
                                         g.names[i[1]].data), True)
                        for i in d.items if i[0] == "state"}
        out = [x.expand(self.rows, *x.shape[1:]) for x in out]
        return Value(torch.stack(out, 1), True, state=g.states,
                     ends=ends)


def bound(formals, args):
    """Arguments by the names of formals, and those that are none of these."""
    known, extra, at = {}, {}, 0
    for label, v in args:
        if label is None:
            label, at = formals[at], at + 1
        (known if label in formals else extra)[label] = v
    return known, extra
