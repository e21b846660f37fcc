"""Compares exported ONNX files with the numbers of tests/golden.

    python3 runtime.py NNC TOLERANCE FOLDER MODEL.nn NAME NUMBERS.txt ...

The lines of the numbers are those that tests/golden/make.py explains. Writes
their weights, exports the model, lets ONNX's own checker see the file and
computes it with ONNX Runtime; before, compares the fields of nnc's messages
with ONNX's. Prints `ok NAME` or `not ok NAME: why` with the largest error; an
output's error is the largest difference divided by its largest magnitude."""
import ast
import glob
import os
import re
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime

from tensors import save

NNC, TOLERANCE, FOLDER = sys.argv[1], float(sys.argv[2]), sys.argv[3]
onnxruntime.set_default_logger_severity(3)


def wave(count, step, phase, scale=1.0):
    return (scale * np.sin(step * np.arange(count) + phase)).astype(np.float32)


def padded(ids, side):
    """Row r keeps 1 + (5 r + 7) % steps ids, none of them 0."""
    steps = ids.shape[1]
    if side == "whole":
        ids[:, 0], ids[:, -1] = ids[:, 0].clip(1), ids[:, -1].clip(1)
        return ids
    for r in range(len(ids)):
        n = 1 + (5 * r + 7) % (steps // 4 if side == "short" else steps)
        ids[r] = ids[r].clip(1)
        if side == "front":
            ids[r, :steps - n] = 0
        else:
            ids[r, n:] = 0
    return ids


def padding(name):
    """The tensors whose first row is zero, as the PyTorch program has them."""
    with open(f"{FOLDER}/{name}.py") as file:
        for node in ast.parse(file.read()).body:
            if isinstance(node, ast.Assign) and \
                    getattr(node.targets[0], "id", "") == "FIRST":
                return {row.elts[0].value for row in node.value.elts
                        if ast.literal_eval(row.elts[-1])}
    return set()


def buffer_shape(name, tensor):
    """The shape of a statistic, as the PyTorch program has it."""
    with open(f"{FOLDER}/{name}.py") as file:
        found = re.search(rf'"{tensor.split(".")[-1]}", torch.zeros\(([0-9, ]+)\)',
                          file.read())
    return [int(k) for k in found[1].split(",")] if found else [-1]


def weights(name, lines):
    found = {}
    for kind, *rest in lines:
        if kind == "param":
            shape = [int(k) for k in rest[1].split("x")]
            found[rest[0]] = wave(np.prod(shape), 0.7, float(rest[3]),
                                  float(rest[2])).reshape(shape)
        elif kind == "statistic":
            base, scale, phase = map(float, rest[2:])
            found[rest[0]] = (base + wave(int(rest[1]), 0.7, phase, scale)
                              ).astype(np.float32).reshape(
                                  buffer_shape(name, rest[0]))
    for table in padding(name) & set(found):
        found[table][0] = 0
    return found


def inputs(session, doc, lines):
    rows = next((int(k[1]) for k in lines if k[0] == "rows"), 1)
    told = {k[1]: k[2:] for k in lines if k[0] == "input"}
    fed = {}
    for x in session.get_inputs():
        phase, *side = told[x.name]
        shape = (rows, *x.shape[1:])
        count = int(np.prod(shape))
        if x.type == "tensor(int64)":
            classes = int(re.search(r"to (\d+)$", doc[x.name])[1]) + 1
            ids = (np.arange(count) * 3 + int(float(phase))) % classes
            fed[x.name] = padded(ids.reshape(shape), side[0]) if side \
                else ids.reshape(shape)
        else:
            fed[x.name] = wave(count, 0.37, float(phase)).reshape(shape)
    return fed


def compare(y, line):
    """The largest error, and where it is."""
    flat = y.astype(np.float64).reshape(-1)
    count, most, norm = int(line[0]), float(line[1]), float(line[2])
    if len(flat) != count:
        raise ValueError(f"{len(flat)} values, should be {count}")
    worst = abs(np.linalg.norm(flat) - norm) / (norm + 1e-12)
    for at, value in zip(line[3::2], line[4::2]):
        worst = max(worst, abs(flat[int(at)] - float(value)) / (most + 1e-12))
    return worst


def without_data(path):
    """The model's text, whose rows are those of the network, beside those that
    it uses."""
    for own in glob.glob(os.path.join(os.path.dirname(path), "*.nn")):
        with open(own) as file:
            text = re.sub(r"^  data {.*?^  }", "", file.read(),
                          flags=re.M | re.S)
        with open(f"{FOLDER}/{os.path.basename(own)}", "w") as file:
            file.write(text)
    return f"{FOLDER}/{os.path.basename(path)}"


def check(text, name, numbers):
    if text.startswith("examples"):
        text = without_data(text)
    lines = [line.split() for line in open(numbers)]
    path = f"{FOLDER}/{name}"
    save(path + ".safetensors", weights(name, lines))
    done = subprocess.run(
        [NNC, "export", "--onnx", "--model", name, text, "--weights",
         path + ".safetensors", "-o", path + ".onnx",
         *(["-D", "drop=0"] if name == "shakespeare" else [])],
        capture_output=True, text=True)
    if done.returncode:
        raise ValueError((done.stderr.splitlines() or ["it is silent"])[0])
    model = onnx.load(path + ".onnx")
    onnx.checker.check_model(model, full_check=True)
    doc = {x.name: x.doc_string for x in model.graph.input}
    session = onnxruntime.InferenceSession(path + ".onnx")
    y = session.run(None, inputs(session, doc, lines))
    return max(compare(y[0], line[1:]) for line in lines
               if line[0] == "output")


def messages(path):
    """The first field of nnc's own messages that is not ONNX's, or None."""
    around = []
    for line in open(path):
        line = line.split("//")[0]
        opens = re.match(r" *(message|enum|oneof) (\w+) {", line)
        if opens:
            around.append(opens.groups())
        elif "}" in line:
            around.pop()
        field = re.match(r" *(?:\w+ )*(\w+) = (\d+)", line)
        if not field or not around:
            continue
        of = onnx.onnx_ml_pb2.DESCRIPTOR.message_types_by_name[around[0][1]]
        for kind, name in around[1:]:
            if kind != "oneof":
                of = (of.nested_types_by_name if kind == "message"
                      else of.enum_types_by_name)[name]
        theirs = of.values_by_name if around[-1][0] == "enum" \
            else of.fields_by_name
        if theirs[field[1]].number != int(field[2]):
            return field[1]
    return None


strange = messages("compiler/export/onnx.proto")
wrong = strange is not None
print(f"not ok messages: {strange} is another field" if wrong
      else "ok the messages are ONNX's")
jobs = sys.argv[4:]
for text, name, numbers in zip(jobs[::3], jobs[1::3], jobs[2::3]):
    try:
        worst = check(text, name, numbers)
        why = "" if worst <= TOLERANCE else f"an error of {worst:.1e}"
    except Exception as e:
        why = f"{type(e).__name__}: {e}".replace("\n", " ")
    wrong |= bool(why)
    print(f"not ok {name}: {why}" if why else f"ok {name} {worst:.1e}")
sys.exit(wrong)
