"""Compares exported random models with the numbers of tests/judge.

    python3 judge.py TOLERANCE NUMBERS NNC MODEL.py...

tests/judge/make.py says what the lines are; weights and inputs are drawn as
there. NNC exports the text beside each program for ONNX Runtime too, whose
outputs are floats; "" leaves that out. Prints `ok NAME` or `not ok NAME: why`."""
import os
import subprocess
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../judge"))
sys.dont_write_bytecode = True
import make  # noqa: E402
from tensors import save  # noqa: E402

torch.set_num_threads(1)
RATE = 2.0 ** 20


def load(path):
    scope = {"__name__": "exported", "__file__": path}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), scope)
    return scope


def blocks(path):
    found = {}
    for line in open(path):
        word, name, *rest = line.split()
        if word == "model":
            lines = found[name] = [rest[0]]
        else:
            lines.append([word, name, *rest])
    return found


def digest(tensor):
    v = tensor.detach().reshape(-1).double().numpy()
    return [np.sqrt(np.sum(v * v)),
            *(np.dot(v, make.uniform(k, len(v))) for k in (1, 2))]


def number(x):
    return float(x.detach() if torch.is_tensor(x) else x)


class Check:
    def __init__(self, m, rows, lines):
        self.m, self.lines, self.worst, self.why = m, lines, 0.0, ""
        self.model = m["Model"]()
        state = {k: make.draw_weights(k, tuple(v.shape)) if v.dtype.is_floating_point
                 else v for k, v in self.model.state_dict().items()}
        trained = {k for k, v in self.model.named_parameters() if v.requires_grad}
        for name, _, kind, numbers, padding in m["FIRST"]:
            if padding:
                state[name][0] = 0
            if kind == "literal" and name not in trained:
                state[name] = torch.tensor(numbers).reshape(state[name].shape)
        self.model.load_state_dict(state)
        self.batch = []
        for kind in ("INPUTS", "TARGETS"):
            for name, shape in m[kind].items():
                classes = m["CLASSES"].get(name)
                x = make.draw_input(name, (rows, *shape), classes,
                                    kind == "INPUTS" and shape != (1,))
                self.batch.append(x)

    def runtime(self, path):
        """The outputs of the ONNX file with the same weights and rows."""
        import onnx
        import onnxruntime
        save(path + ".safetensors",
             {k: v.detach().numpy().astype(np.float32)
              for k, v in self.model.state_dict().items()})
        subprocess.run([NNC, "export", "--onnx", path + ".nn", "--weights",
                        path + ".safetensors", "-o", path + ".onnx"],
                       check=True, capture_output=True)
        onnx.checker.check_model(onnx.load(path + ".onnx"), full_check=True)
        session = onnxruntime.InferenceSession(path + ".onnx")
        rows = {x.name: value.numpy().astype(
                    np.int64 if x.type == "tensor(int64)" else np.float32)
                for x, value in zip(session.get_inputs(), self.batch)}
        wanted = [k[1:] for k in self.lines if k[0] == "output"]
        for y, numbers in zip(session.run(None, rows), wanted, strict=True):
            numbers = [float(x) for x in numbers]
            for x, z in zip(digest(torch.from_numpy(y)), numbers):
                if not abs(x - z) <= 1e-5 * max(abs(numbers[0]), 1e-300):
                    self.why = self.why or f"ONNX gives {x:.9g}, not {z:.9g}"

    def most(self, word):
        at = 1 if word in ("output", "loss") else 2 if word == "metric" else 3
        return max(abs(float(k[at])) for k in self.lines if k[0] == word)

    def compare(self, what, word, is_, wanted, size):
        size = max(abs(size), self.most(word) / 100)
        error = abs(number(is_) - wanted) / (size + 1e-300)
        if not error <= TOLERANCE and not self.why:
            self.why = f"{what} is {number(is_):.9g}, should be {wanted:.9g}"
        self.worst = max(self.worst, error)

    def digest(self, what, word, tensor, wanted):
        wanted = [float(x) for x in wanted]
        for x, y in zip(digest(tensor), wanted):
            self.compare(what, word, x, y, wanted[0])

    def figure(self, name, figures):
        total, count = figures[name]
        x = number(total.sum()) / max(number(count), 1e-300)
        finish = self.m["METRICS"][name][0]
        return np.sqrt(x) if finish == "root" else \
            np.exp(x) if finish == "exp" else x

    def run(self):
        m, model = self.m, self.model
        model.eval()
        outputs = model(*self.batch[:len(m["INPUTS"])])
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        wanted = [k[1:] for k in self.lines if k[0] == "output"]
        for y, numbers in zip(outputs, wanted, strict=True):
            self.digest("an output", "output", y, numbers)
        loss = next(k for k in self.lines if k[0] == "loss")
        plain, total = float(loss[1]), float(loss[2])
        self.compare("the loss", "loss", model.loss(*self.batch), plain, plain)
        figures = model.metrics(*self.batch)
        for word, name, *rest in self.lines:
            if word == "metric":
                self.compare(name, word, self.figure(name, figures),
                             float(rest[0]), float(rest[0]))
        model.train()
        before = {k: v.clone() for k, v in model.named_parameters()}
        rule = m["optimizer"](model, 0.0)
        for rate in (0.0, RATE):
            rule.param_groups[0]["lr"] = rate
            rule.zero_grad()
            step = model.loss(*self.batch)
            step.backward()
            m["clip"](model)
            rule.step()
        self.compare("the loss of training", "loss", step, total, plain)
        after = dict(model.named_parameters())
        for word, name, *rest in self.lines:
            if word == "update":
                update = (before[name] - after[name]).detach() / RATE
                self.digest(f"the update of {name}", "update", update, rest[1:])


TOLERANCE = float(sys.argv[1])
NUMBERS = blocks(sys.argv[2])
wrong = False
NNC = sys.argv[3]
for program in sys.argv[4:]:
    name = os.path.basename(program)[:-3]
    rows, *lines = NUMBERS[name]
    try:
        check = Check(load(program), int(rows), lines)
        if NNC:
            check.runtime(program[:-3])
        check.run()
        why = check.why
    except Exception as e:
        why = f"{type(e).__name__}: {e}"
    wrong |= bool(why)
    print(f"not ok {name}: {why}" if why else f"ok {name} {check.worst:.1e}")
sys.exit(wrong)
