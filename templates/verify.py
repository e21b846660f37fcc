"""Compares exported models with what NAME-verify has computed.

    python3 verify.py STEM...

Of each model STEM.py is the exported program, STEM.computed what its other
side has found (a safetensors file; runtime/nn_verify.c says what is in it), and
STEM.masks has a line for each mask of dropout: its stream, and the axes that
padding makes longer, as bits. STEM.onnx is the exported file, or STEM.why says
why there is none. Both sides compute in doubles, ONNX Runtime in floats. Of each
tensor the largest difference is told, over its largest magnitude or, where that
is smaller, over a thousandth of the largest among all of its kind; it must not
exceed 1e-9, after updates 1e-6, in floats 1e-5."""
import math
import os
import re
import sys

sys.excepthook = lambda kind, error, _: print(
    f"nnc: Python cannot compare: {kind.__name__}: {error}", file=sys.stderr)

import numpy as np
import torch

from computed import load, read

try:
    import onnxruntime
    onnxruntime.set_default_logger_severity(3)
except ImportError:
    onnxruntime = None

ROOM = 4096  # of a mask's last axis where padding makes that longer
MOST = {"after": 1e-6, "onnx": 1e-5}
SHARE = 1e-3


class Functions:
    """torch.nn.functional with the masks that nnc's programs draw."""

    def __init__(self, philox, seed, drawn):
        self.philox, self.seed, self.drawn = philox, seed, dict(drawn)
        self.begin(0)

    def __getattr__(self, name):
        return getattr(torch.nn.functional, name)

    def begin(self, step):
        self.step, self.met = step, set()

    def places(self, shape, axes, begins):
        """Where a mask's elements stand among all that are drawn."""
        last, begins = len(shape) - 1, list(begins)
        later = [a for a in range(last) if axes >> a & 1]
        place, stride, from_ = np.zeros(shape, np.int64), 1, {}
        for a in reversed(later + [a for a in range(last + 1)
                                   if a not in later]):
            at = np.arange(shape[a]).reshape([-1] + [1] * (last - a))
            place, from_[a] = place + at * stride, stride
            room = ROOM if axes >> a & 1 else 0
            stride *= max(shape[a], room)
        for a in range(last + 1):
            if axes >> a & 1:
                begin = begins.pop(0).detach().numpy().astype(np.int64)
                place -= begin * from_[a]
        return place.astype(np.uint64)

    def dropout(self, x, rate, training, *begins, stream):
        if not training:
            return x
        if stream in self.met:
            raise ValueError(f"mask {stream} is drawn twice in a step")
        self.met.add(stream)
        place = self.places(x.shape, self.drawn[stream], begins)
        block = place >> np.uint64(2) & np.uint64(0xFFFFFFFF)
        word = self.philox(self.seed ^ 0x64726F70 << 32, self.step >> 32,
                           self.step & 0xFFFFFFFF,
                           block.reshape(-1) | np.uint64(stream << 32))
        word = np.take_along_axis(
            word, (place.reshape(-1, 1) & np.uint64(3)).astype(np.int64), 1)
        kept = word >= math.ceil(rate * 2.0 ** 32)
        mask = torch.from_numpy(kept / (1 - rate))
        return x * mask.reshape(x.shape)


def values(model, *args):
    """What a model gives, and the values that it gives names on the way."""
    found = {}

    def watch(frame, event, _):
        if event == "return" and frame.f_locals.get("self") is model:
            found.update((k, v) for k, v in frame.f_locals.items()
                         if torch.is_tensor(v))

    sys.setprofile(watch)
    try:
        result = model(*args)
    finally:
        sys.setprofile(None)
    return result if isinstance(result, tuple) else (result,), found


class Comparison:
    def __init__(self, stem):
        self.stem, self.ours = stem, read(stem + ".computed", np.float64)
        self.m = load(stem + ".py")
        self.worst, self.wrong, self.alone = {}, [], []
        self.count, self.lines, self.without = 0, [], ""
        low, high = map(int, self.ours["settings"]["seed"])
        with open(stem + ".masks") as file:
            masks = [[int(k) for k in line.split()] for line in file]
        self.functions = self.m.F = Functions(
            self.m.philox, high << 32 | low, masks)
        self.model = self.m.Model()
        shapes = {**self.m.INPUTS, **self.m.TARGETS}
        self.batch = [self.row(x, k, s) for x, (k, s) in
                      zip(self.ours["input"].values(), shapes.items())]
        self.fed = self.batch[:len(self.m.INPUTS)]

    def row(self, ours, name, shape):
        """Values of one input or target: they have the text's order."""
        x = torch.tensor(ours).reshape(len(ours), *shape)
        return x.long() if name in self.m.CLASSES else x

    def begin(self):
        """The first weights, and nothing carried from batch to batch."""
        own = self.model.state_dict()
        self.model.load_state_dict(
            {k: torch.tensor(v).reshape(own[k].shape)
             for k, v in self.ours.get("weight", {}).items()})
        self.model.states = {}

    def compare(self, kind, name, theirs):
        ours = self.ours[kind][name]
        theirs = theirs.detach().double().numpy() if torch.is_tensor(theirs) \
            else np.asarray(theirs, np.float64)
        theirs = theirs.reshape(ours.shape)
        most = max(np.abs(x).max(initial=0) for x in self.ours[kind].values())
        scale = max(np.abs(ours).max(initial=0), SHARE * most) or 1.0
        error = np.abs(ours - theirs).max(initial=0) / scale
        shape = "x".join(map(str, ours.shape)) or "1"
        self.tell(kind, name, shape, error)

    def tell(self, kind, name, shape, error):
        good = error <= MOST.get(kind, 1e-9)
        side = "onnx" if kind == "onnx" else "torch"
        self.count += 1
        if not error <= self.worst.get(side, (-1.0,))[0]:
            self.worst[side] = error, f"{kind} {name}"
        if not good:
            self.wrong.append((error, f"{kind} {name}"))
        self.lines.append(
            f"  {kind:<9} {name:<36} {shape:>16} {error:9.2g}"
            f"{'' if good else '  DIFFERS'}")

    def inference(self):
        if "value" not in self.ours:
            return
        self.model.eval()
        with torch.no_grad():
            outputs, found = values(self.model, *self.fed)
        for i, (name, ours) in enumerate(self.ours["value"].items()):
            plain = re.sub(r"\W", "_", name)
            theirs = outputs[i] if i < len(outputs) \
                else found.get(plain, found.get(plain + "_"))
            if theirs is None or theirs.numel() != ours.size:
                self.alone.append(name)
            else:
                self.compare("value", name, theirs)

    def evaluation(self):
        self.model.eval()
        with torch.no_grad():
            self.compare("loss", "eval", self.model.loss(*self.batch))
            figures = self.model.metrics(*self.batch) \
                if "metric" in self.ours else {}
        for name in self.ours.get("metric", ()):
            total, count = figures[name]
            self.compare("metric", name,
                         [*total.reshape(-1).tolist(), float(count)])

    def step(self, number):
        self.functions.begin(number)
        loss = self.model.loss(*self.batch)
        if loss.requires_grad:
            loss.backward()
        return loss.detach()

    def gradients(self):
        self.model.train()
        self.model.zero_grad()
        self.compare("loss", "train", self.step(0))
        weights = dict(self.model.named_parameters())
        for name in self.ours.get("gradient", ()):
            w = weights[name]
            self.compare("gradient", name,
                         torch.zeros_like(w) if w.grad is None else w.grad)

    def updates(self):
        if not list(self.model.parameters()):
            return
        self.begin()
        self.model.train()
        rate = float(self.ours["settings"]["rate"][0])
        rule, losses = self.m.optimizer(self.model, rate), []
        for number in range(len(self.ours["loss"]["steps"])):
            rule.zero_grad()
            losses.append(self.step(number))
            self.m.clip(self.model)
            rule.step()
        self.compare("loss", "steps", losses)
        state = self.model.state_dict()
        for name in self.ours["after"]:
            self.compare("after", name, state[name])

    def missing(self):
        """Why there is no ONNX file to be run, or ""."""
        if os.path.exists(self.stem + ".why"):
            with open(self.stem + ".why") as file:
                return f"not exported: {file.readline().strip()}"
        if onnxruntime is None:
            return "not run, since ONNX Runtime is not installed: " \
                f"{sys.executable} -m pip install onnxruntime"
        return ""

    def runtime(self):
        """The exported file, which takes rows as the data has them."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(self.stem + ".onnx", options)
        rows = {**self.ours["input"], **self.ours.get("raw", {})}
        fed = {x.name: rows[x.name].astype(
                   np.int64 if x.type == "tensor(int64)" else np.float32)
               .reshape(-1, *x.shape[1:]) for x in session.get_inputs()}
        found = session.run(None, fed)
        wanted = {**self.ours["value"], **self.ours.get("unit", {})}
        names = list(wanted)[:len(found)]  # the outputs come first
        self.ours["onnx"] = {k: wanted[k] for k in names}
        for name, theirs in zip(names, found):
            self.compare("onnx", name, theirs)

    def run(self):
        self.begin()
        self.inference()
        if "loss" in self.ours:
            self.evaluation()
            self.gradients()
            self.updates()
        if "value" in self.ours:
            self.without = self.missing()
            if not self.without:
                self.runtime()

    def show(self):
        rows = len(self.batch[0])
        print(f"{self.m.NAME}: {rows} rows, nnc's numbers and PyTorch's")
        print(*self.lines, sep="\n")
        if self.alone:
            print("  not compared, since PyTorch's program has no such value: "
                  f"{', '.join(self.alone)}")
        if self.without:
            print(f"  the ONNX file is {self.without}")
        print(self.verdict())

    def verdict(self):
        if self.wrong:
            error, where = max(self.wrong)
            return f"{len(self.wrong)} of {self.count} tensors DIFFER, most " \
                f"of all {where}: {error:.2g}"
        found = "; in ONNX Runtime ".join(
            f"{error:.2g}, of {where}" for error, where in self.worst.values())
        return f"all {self.count} tensors agree; the largest difference is " \
            f"{found}{'; without the ONNX file' if self.without else ''}"

    def line(self):
        """All of it as one of a list of models."""
        text = f"{self.m.NAME:<18} {self.count:>4} tensors"
        for side in self.worst:
            error, where = self.worst[side]
            text += f"  {error:8.2g} {where:<40}"
        if self.wrong:
            text += f"  DIFFERS: {', '.join(w for _, w in self.wrong)}"
        if self.without:
            text += f"  the ONNX file is {self.without}"
        return text.rstrip()


def compare_all(stems):
    """A line a model; whether any is wrong."""
    wrong = without = 0
    for stem in stems:
        c = Comparison(stem)
        try:
            c.run()
        except Exception as error:
            c.wrong.append((math.inf, f"{type(error).__name__}: {error}"))
        print(c.line())
        wrong += bool(c.wrong)
        without += bool(c.without)
    print(f"of {len(stems)} models {len(stems) - wrong} agree, {wrong} DIFFER; "
          f"{without} without ONNX")
    return wrong > 0


def main(stems):
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    if len(stems) > 1:
        return compare_all(stems)
    c = Comparison(stems[0])
    c.run()
    c.show()
    return bool(c.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
