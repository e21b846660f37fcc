"""Compares an exported program with the numbers of tests/golden.

    python3 golden.py TOLERANCE MODEL.py NUMBERS.txt ...

The lines of the numbers are those that tests/golden/make.py explains. Prints
`ok NAME` or `not ok NAME: why` with the largest error; a tensor's error is the
largest difference divided by its largest magnitude."""
import importlib.util
import math
import os
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def wave(count, step, phase, scale=1.0):
    values = [scale * math.sin(step * i + phase) for i in range(count)]
    return torch.tensor(values).float().double()


def load(path):
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def padded(ids, side):
    """Row r keeps 1 + (5 r + 7) % steps ids, none of them 0."""
    steps = ids.shape[1]
    if side == "whole":
        ids[:, 0], ids[:, -1] = ids[:, 0].clamp(min=1), ids[:, -1].clamp(min=1)
        return ids
    for r in range(len(ids)):
        n = 1 + (5 * r + 7) % (steps // 4 if side == "short" else steps)
        front = side == "front"
        ids[r] = ids[r].clamp(min=1)
        if front:
            ids[r, :steps - n] = 0
        else:
            ids[r, n:] = 0
    return ids


def number(x):
    return float(x.detach() if torch.is_tensor(x) else x)


class Check:
    def __init__(self, module, path):
        self.module, self.worst, self.why = module, 0.0, ""
        self.lines = [line.split() for line in open(path)]
        self.model = module.Model()
        self.rows, self.fed, self.phases = 1, {}, {}
        self.state = {k: v for k, v in self.model.state_dict().items()}
        for line in self.lines:
            self.read(*line)
        for name, *_, padding in module.FIRST:
            if padding:
                self.state[name][0] = 0
        self.model.load_state_dict(self.state)

    def compare(self, what, value, wanted, scale):
        error = abs(number(value) - wanted) / (scale + 1e-12)
        if not error <= TOLERANCE and not self.why:
            self.why = f"{what} is {number(value):.9g}, should be {wanted:.9g}"
        self.worst = max(self.worst, error)

    def sampled(self, what, tensor, line):
        flat = tensor.detach().reshape(-1)
        count, most, norm = int(line[0]), float(line[1]), float(line[2])
        if len(flat) != count:
            self.why = f"{what} has {len(flat)} values, should have {count}"
            return
        self.compare(what, flat.norm(), norm, norm)
        for at, value in zip(line[3::2], line[4::2]):
            self.compare(what, flat[int(at)], float(value), most)

    def read(self, kind, *rest):
        if kind == "rows":
            self.rows = int(rest[0])
        elif kind == "param":
            shape = [int(k) for k in rest[1].split("x")]
            w = wave(math.prod(shape), 0.7, float(rest[3]), float(rest[2]))
            self.set(rest[0], w.reshape(shape))
        elif kind == "statistic":
            base, scale, phase = map(float, rest[2:])
            self.set(rest[0], base + wave(int(rest[1]), 0.7, phase, scale))
        elif kind == "input":
            self.phases[rest[0]] = float(rest[1]), rest[2:]
            self.feed(rest[0])

    def set(self, name, value):
        self.state[name] = value.reshape(self.state[name].shape)

    def feed(self, name, moment=0):
        m = self.module
        phase, side = self.phases[name]
        shape = (self.rows, *{**m.INPUTS, **m.TARGETS}[name])
        if name in m.CLASSES:
            ids = torch.arange(math.prod(shape)) * 3 + int(phase + moment)
            ids = (ids % m.CLASSES[name]).reshape(shape)
            self.fed[name] = padded(ids, side[0]) if side else ids
        else:
            value = wave(math.prod(shape), 0.37, phase + moment)
            self.fed[name] = value.reshape(shape)

    def run(self):
        m, model = self.module, self.model
        inputs = [self.fed[k] for k in m.INPUTS]
        every = inputs + [self.fed[k] for k in m.TARGETS]
        kinds = {line[0] for line in self.lines}
        model.eval()
        y = model(*inputs)
        self.y = y[0] if isinstance(y, tuple) else y
        loss = model.loss(*every) if "loss" in kinds else None
        metrics = model.metrics(*every) if hasattr(model, "metrics") else {}
        if "gradient" in kinds or "trained" in kinds:
            model.train()
            self.trained = model.loss(*every)
            self.trained.backward()
        for kind, *rest in self.lines:
            if kind == "output":
                self.sampled("the output", self.y, rest)
            elif kind == "loss":
                self.compare("the loss", loss, float(rest[0]),
                             abs(float(rest[0])))
            elif kind == "trained":
                self.compare("the loss of training", self.trained,
                             float(rest[0]), abs(float(rest[0])))
            elif kind == "metric" and rest[0] in metrics:
                total, count = metrics[rest[0]]
                value = number(total.sum()) / max(number(count), 1e-300)
                value = {"rmse": math.sqrt, "perplexity": math.exp}.get(
                    rest[0], float)(value)
                self.compare(rest[0], value, float(rest[1]),
                             abs(float(rest[1])))
            elif kind == "gradient":
                grad = dict(model.named_parameters())[rest[0]].grad
                self.sampled(f"the gradient of {rest[0]}", grad, rest[1:])
            elif kind == "steps":
                self.steps(int(rest[0]), float(rest[1]))
            elif kind == "after":
                self.sampled(rest[0], model.state_dict()[rest[0]], rest[1:])


    def steps(self, count, rate):
        m, model = self.module, self.model
        model.train()
        optimizer = m.optimizer(model, rate)
        for moment in range(count):
            for name in self.fed:
                self.feed(name, moment)
            optimizer.zero_grad()
            model.loss(*(self.fed[k] for k in (*m.INPUTS, *m.TARGETS))).backward()
            m.clip(model)
            optimizer.step()


TOLERANCE = float(sys.argv[1])
wrong = False
for program, numbers in zip(sys.argv[2::2], sys.argv[3::2]):
    name = os.path.basename(numbers)[:-4]
    try:
        check = Check(load(program), numbers)
        check.run()
        why = check.why
    except Exception as e:
        why = f"{type(e).__name__}: {e}"
    wrong |= bool(why)
    print(f"not ok {name}: {why}" if why else f"ok {name} {check.worst:.1e}")
sys.exit(wrong)
