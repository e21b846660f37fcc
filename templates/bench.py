"""A peer that computes what a model of nnc computes, as often as it is asked.

    python3 bench.py PEER WEIGHTS COMPUTED ROWS THREADS [convert]

Beside this file lie model.py or model.onnx; COMPUTED, like WEIGHTS a safetensors
file, holds rows and what nnc computes of them: runtime/nn_timing.c says how lines of standard input are answered. `check`, and `check step`, are answered by
the largest difference to nnc's results, over the largest of them. With `convert`
the files are made of which the peer begins, and nothing else."""
import contextlib
import importlib.metadata
import json
import os
import sys
import time

NAME, WEIGHTS, COMPUTED = sys.argv[1:4]
ROWS, THREADS = map(int, sys.argv[4:6])
os.environ.update(
    OMP_NUM_THREADS=str(THREADS), MKL_NUM_THREADS=str(THREADS),
    TF_CPP_MIN_LOG_LEVEL="3", JAX_PLATFORMS="cpu",
    TF_NUM_INTRAOP_THREADS=str(THREADS), TF_NUM_INTEROP_THREADS="1")
if THREADS == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import numpy as np

from computed import load, read, tensors

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 1e-7  # of steps that are timed


def beside(name):
    return os.path.join(HERE, name)


class Peer:
    """call() computes the outputs of the rows once; results() gives them."""

    packages = ()

    def __init__(self, computed):
        self.ours = computed
        self.rows = {k: x[:ROWS] for k, x in computed["input"].items()}

    def around(self):
        return contextlib.nullcontext()

    def step(self):
        raise NotImplementedError(f"{NAME} does not train")


class PyTorch(Peer):
    packages = "torch",

    def __init__(self, computed):
        super().__init__(computed)
        import torch
        self.torch = torch
        torch.set_num_threads(THREADS)
        self.m = load(beside("model.py"))
        shapes = {**self.m.INPUTS, **self.m.TARGETS}
        self.batch = [self.tensor(x, k, s) for x, (k, s) in
                      zip(self.rows.values(), shapes.items())]
        self.fed = self.batch[:len(self.m.INPUTS)]
        self.rule = None
        self.model = self.m.Model()
        self.begin()
        self.infer = self.made(self.model)

    def tensor(self, x, name, shape):
        x = self.torch.tensor(x).reshape(len(x), *shape)
        return x.long() if name in self.m.CLASSES else x

    def begin(self):
        own = self.model.state_dict()
        self.model.load_state_dict(
            {k: self.torch.tensor(v).reshape(own[k].shape)
             for k, v in tensors(WEIGHTS, np.float32).items() if k in own})
        self.model.states = {}
        self.model.eval()

    def made(self, function):
        return function

    def around(self):
        return self.torch.inference_mode()

    def call(self):
        self.infer(*self.fed)

    def results(self):
        with self.around():
            out = self.infer(*self.fed)
        return [x.numpy() for x in (out if isinstance(out, tuple) else (out,))]

    def open_training(self, rate):
        self.begin()
        self.model.train()
        self.rule = self.m.optimizer(self.model, rate)
        self.loss = self.made(self.model.loss)

    def step(self):
        self.rule.zero_grad(set_to_none=True)
        loss = self.loss(*self.batch)
        loss.backward()
        self.m.clip(self.model)
        self.rule.step()
        return loss

    def losses(self, count):
        """None where masks of dropout are drawn, which differ."""
        codes = (getattr(x, "__code__", None)
                 for x in vars(self.m.Model).values())
        if any(x and "dropout" in x.co_names for x in codes):
            return None
        self.open_training(self.m.RATE)
        return [float(self.step().detach()) for _ in range(count)]


class Compiled(PyTorch):
    def made(self, function):
        if self.rule is None:
            import torch._inductor.config
            self.torch._inductor.config.freezing = True
        return self.torch.compile(function)

    def open_training(self, rate):
        self.torch._inductor.config.freezing = False
        super().open_training(rate)


class OnnxRuntime(Peer):
    packages = "onnxruntime",

    def __init__(self, computed):
        super().__init__(computed)
        import onnxruntime as ort
        options = ort.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        options.add_free_dimension_override_by_name("N", ROWS)
        self.session = ort.InferenceSession(
            beside("model.onnx"), options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        self.given = [fed(self, x) for x in self.session.get_inputs()]
        for x, value in zip(self.session.get_inputs(), self.given):
            self.binding.bind_input(x.name, "cpu", 0, value.dtype, value.shape,
                                    value.ctypes.data)
        self.outputs = outputs(self)
        for x, value in zip(self.session.get_outputs(), self.outputs):
            self.binding.bind_output(x.name, "cpu", 0, value.dtype, value.shape,
                                     value.ctypes.data)

    def call(self):
        self.session.run_with_iobinding(self.binding)

    def results(self):
        self.call()
        return self.outputs


class OpenVino(Peer):
    packages = "openvino",

    def __init__(self, computed):
        super().__init__(computed)
        import openvino as ov
        core = ov.Core()
        model = core.read_model(beside("model.onnx"))
        model.reshape({x.any_name: [ROWS, *x.partial_shape[1:]]
                       for x in model.inputs})
        made = core.compile_model(model, "CPU", {
            "INFERENCE_NUM_THREADS": THREADS, "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY"})
        self.request = made.create_infer_request()
        self.given = [self.value(x) for x in made.inputs]
        for i, x in enumerate(self.given):
            self.request.set_input_tensor(i, ov.Tensor(x, shared_memory=True))
        self.count = len(made.outputs)

    def value(self, x):
        rows = self.rows[x.any_name].reshape(tuple(x.shape))
        return np.ascontiguousarray(rows.astype(x.element_type.to_dtype()))

    def call(self):
        self.request.start_async()
        self.request.wait()

    def results(self):
        self.call()
        return [self.request.get_output_tensor(i).data
                for i in range(self.count)]


class LiteRt(Peer):
    packages = "ai-edge-litert",

    def __init__(self, computed):
        super().__init__(computed)
        from ai_edge_litert.interpreter import Interpreter
        self.run = Interpreter(model_path=beside(f"model-{ROWS}.tflite"),
                               num_threads=THREADS)
        self.run.allocate_tensors()
        for x, value in zip(by_name(self.run.get_input_details()),
                            self.rows.values()):
            self.run.set_tensor(x["index"],
                                value.reshape(x["shape"]).astype(x["dtype"]))
        self.out = by_name(self.run.get_output_details())

    @staticmethod
    def convert(computed):
        import bench_jax
        rows = {k: x[:ROWS] for k, x in computed["input"].items()}
        with open(beside(f"model-{ROWS}.tflite"), "wb") as file:
            file.write(bench_jax.converted(beside("model.onnx"), rows))

    def call(self):
        self.run.invoke()

    def results(self):
        self.call()
        return [self.run.get_tensor(x["index"]) for x in self.out]


class Ncnn(Peer):
    """It knows no batches: rows go one by one."""

    packages = "ncnn",

    def __init__(self, computed):
        super().__init__(computed)
        import ncnn
        self.net = ncnn.Net()
        self.net.opt.num_threads = THREADS
        self.net.opt.use_fp16_packed = self.net.opt.use_fp16_storage = False
        self.net.opt.use_fp16_arithmetic = False
        for function, end in ((self.net.load_param, "param"),
                              (self.net.load_model, "bin")):
            if function(beside(f"model-{ROWS}.ncnn.{end}")) != 0:
                raise RuntimeError("ncnn does not read what pnnx has written")
        self.names = self.net.output_names()
        with open(beside(f"model-{ROWS}.json")) as file:
            shapes = json.load(file)
        self.kept = [[self.value(i, *x) for x in shapes] for i in range(ROWS)]
        self.given = [[*zip(self.net.input_names(), map(ncnn.Mat, row))]
                      for row in self.kept]

    def value(self, i, name, shape, ids):
        value = self.rows[name][i].reshape(shape)
        return np.ascontiguousarray(
            value.astype(np.int32 if ids else np.float32))

    @staticmethod
    def convert(computed):
        import shutil
        import subprocess
        import tempfile
        import pnnx
        peer = PyTorch(computed)
        row = tuple(x[:1] for x in peer.fed)
        shapes = ",".join(
            str([*x.shape]).replace(" ", "") +
            ("i64" if x.dtype == peer.torch.long else "f32") for x in row)
        with tempfile.TemporaryDirectory(dir=HERE) as folder, peer.around():
            path = os.path.join(folder, "model.pt")
            peer.torch.jit.trace(peer.model, row, check_trace=False).save(path)
            subprocess.run([pnnx.EXEC_PATH, path, "inputshape=" + shapes,
                            "fp16=0"], cwd=folder, check=True)
            for end in "param", "bin":
                shutil.move(os.path.join(folder, f"model.ncnn.{end}"),
                            beside(f"model-{ROWS}.ncnn.{end}"))
        with open(beside(f"model-{ROWS}.json"), "w") as file:
            json.dump([(k, s, k in peer.m.CLASSES)
                       for k, s in peer.m.INPUTS.items()], file)

    def row(self, i, take):
        run = self.net.create_extractor()
        for name, value in self.given[i]:
            run.input(name, value)
        return [take(run.extract(name)[1]) for name in self.names]

    def call(self):
        for i in range(ROWS):
            self.row(i, id)

    def results(self):
        rows = [self.row(i, np.array) for i in range(ROWS)]
        return [np.stack(x) for x in zip(*rows)]


def by_name(details):
    return sorted(details, key=lambda x: x["name"])


def fed(peer, x):
    """The rows of an input as a session wants them."""
    kind = np.int32 if "int32" in x.type else np.int64 if "int64" in x.type \
        else np.float32
    value = peer.rows[x.name]
    return np.ascontiguousarray(value.reshape(ROWS, *x.shape[1:]).astype(kind))


def outputs(peer):
    return [np.zeros(x.shape, np.float32) for x in peer.ours["value"].values()]


def peer_class():
    if NAME == "jax":
        import bench_jax
        return bench_jax.peer(Peer, beside, tensors(WEIGHTS, np.float32))
    return {"pytorch": PyTorch, "pytorch-compile": Compiled,
            "onnxruntime": OnnxRuntime, "openvino": OpenVino,
            "litert": LiteRt, "ncnn": Ncnn}[NAME]


def difference(ours, theirs):
    """The largest, over the largest number of ours."""
    worst = 0.0
    for a, b in zip(ours, theirs):
        b = np.asarray(b, np.float64).reshape(a.shape)
        scale = np.abs(a).max(initial=0) or 1.0
        error = np.abs(a - b).max(initial=0) / scale
        worst = error if not error <= worst else worst
    return worst


def check(peer, what):
    if what != ["step"]:
        return difference(list(peer.ours["value"].values()), peer.results())
    ours = peer.ours["loss"]["steps"]
    theirs = peer.losses(len(ours))
    peer.open_training(RATE)
    return "not compared" if theirs is None else difference([ours], [theirs])


def timed(call, times):
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(times):
        call()
    return f"{time.perf_counter() - start:.9g} " \
        f"{time.process_time() - busy:.9g}"


def answer(peer, word, *rest):
    if word == "check":
        return check(peer, list(rest))
    if word == "step":
        return timed(peer.step, int(rest[0]))
    with peer.around():
        return timed(peer.call, int(rest[0]))


def memory():
    """The most that this process ever had, in KiB."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if "VmHWM" in line)


def size(packages):
    """Bytes of the packages that must be there to compute this."""
    files = (f for p in packages for f in importlib.metadata.files(p) or ())
    return sum(f.size or 0 for f in files)


def package(name):
    """Under which of its names it is there."""
    for of in name, f"{name}-cpu", f"{name}_cpu":
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return of, importlib.metadata.version(of)
    return None


def main():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not for the one who asks
    made, computed = peer_class(), read(COMPUTED, np.float32)
    if sys.argv[6:]:
        made.convert(computed)
        return
    peer = made(computed)
    with peer.around():
        peer.call()
    kib = memory()
    found = [p for p in map(package, peer.packages) if p]
    print("ready", kib, size(p for p, _ in found), found[0][1], file=out,
          flush=True)
    for line in sys.stdin:
        print(answer(peer, *line.split()), file=out, flush=True)


main()
