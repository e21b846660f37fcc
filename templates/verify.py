"""Compares an exported model with what NAME-verify has computed.

    python3 verify.py MODEL.py COMPUTED

COMPUTED is a safetensors file; runtime/nn_verify.c says what is in it. Both
sides compute in doubles. Of each tensor the largest difference is told, over
its largest magnitude or, where that is smaller, over a thousandth of the
largest among all of its kind; it must not exceed 1e-9, after updates 1e-6."""
import math
import re
import sys

import numpy as np
import torch

from computed import load, read

# Masks of dropout in the order of a step: stream, axes that padding makes longer
MASKS = [$MASKS]
ROOM = 4096  # of such an axis that is the last
MOST = {"after": 1e-6}
SHARE = 1e-3


class Functions:
    """torch.nn.functional with the masks that nnc's programs draw."""

    def __init__(self, philox, seed):
        self.philox, self.seed, self.step, self.masks = philox, seed, 0, 0

    def __getattr__(self, name):
        return getattr(torch.nn.functional, name)

    def begin(self, step):
        self.step, self.masks = step, 0

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

    def dropout(self, x, rate, training, *begins):
        if not training:
            return x
        stream, axes = MASKS[self.masks]
        self.masks += 1
        place = self.places(x.shape, axes, begins)
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
    def __init__(self, module, computed):
        self.m, self.ours = module, computed
        self.worst, self.wrong, self.alone = (0.0, ""), [], []
        self.count = 0
        low, high = map(int, computed["settings"]["seed"])
        self.functions = module.F = Functions(module.philox, high << 32 | low)
        self.model = module.Model()
        shapes = {**module.INPUTS, **module.TARGETS}
        self.batch = [self.row(x, k, s) for x, (k, s) in
                      zip(computed["input"].values(), shapes.items())]
        self.fed = self.batch[:len(module.INPUTS)]
        rows = len(self.batch[0])
        print(f"{module.NAME}: {rows} rows, nnc's numbers and PyTorch's")

    def row(self, ours, name, shape):
        """Values of one input or target: they have the text's order."""
        x = torch.tensor(ours).reshape(len(ours), *shape)
        return x.long() if name in self.m.CLASSES else x

    def begin(self):
        """The first weights, and nothing carried from batch to batch."""
        own = self.model.state_dict()
        self.model.load_state_dict(
            {k: torch.tensor(v).reshape(own[k].shape)
             for k, v in self.ours["weight"].items()})
        self.model.states = {}

    def compare(self, kind, name, theirs):
        ours = self.ours[kind][name]
        theirs = theirs.detach().double().numpy() if torch.is_tensor(theirs) \
            else np.asarray(theirs, np.float64)
        theirs = theirs.reshape(ours.shape)
        most = max(np.abs(x).max(initial=0) for x in self.ours[kind].values())
        scale = max(np.abs(ours).max(initial=0), SHARE * most) or 1.0
        error = np.abs(ours - theirs).max(initial=0) / scale
        good = error <= MOST.get(kind, 1e-9)
        self.count += 1
        if not error <= self.worst[0]:
            self.worst = error, f"{kind} {name}"
        if not good:
            self.wrong.append(f"{kind} {name}")
        shape = "x".join(map(str, ours.shape)) or "1"
        print(f"  {kind:<9} {name:<36} {shape:>16} {error:9.2g}"
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

    def run(self):
        self.begin()
        self.inference()
        if "loss" in self.ours:
            self.evaluation()
            self.gradients()
            self.updates()
        return self.verdict()

    def verdict(self):
        if self.alone:
            print(f"  not compared, since PyTorch's program has no such value: "
                  f"{', '.join(self.alone)}")
        error, where = self.worst
        if self.wrong:
            print(f"{len(self.wrong)} of {self.count} tensors DIFFER, most of "
                  f"all {where}: {error:.2g}")
        else:
            print(f"all {self.count} tensors agree; the largest difference is "
                  f"{error:.2g}, of {where}")
        return bool(self.wrong)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    sys.exit(Comparison(load(sys.argv[1]),
                        read(sys.argv[2], np.float64)).run())
