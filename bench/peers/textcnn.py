"""Convolutions of widths 3, 4 and 5 over 56 words of 300 values, the largest
value of each of 100 filters, and a layer to 2 classes."""
import contextlib
import io
import os
import tempfile

from race import Race

WORDS, VALUES, FILTERS, CLASSES, BATCH = 56, 300, 100, 2, 50
WIDTHS = 3, 4, 5


def network():
    import torch

    class TextCnn(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.filters = torch.nn.ModuleList(
                torch.nn.Conv1d(VALUES, FILTERS, w) for w in WIDTHS)
            self.read = torch.nn.Linear(FILTERS * len(WIDTHS), CLASSES)

        def forward(self, x):
            found = [f(x).relu().amax(2) for f in self.filters]
            return self.read(torch.cat(found, 1))
    return TextCnn()


def exported(rows):
    """The network as an ONNX file's bytes, and a batch for it."""
    import torch
    __import__("onnx")  # of which the exporter's own message says nothing
    x = torch.randn(rows, VALUES, WORDS)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "textcnn.onnx")
        torch.onnx.export(network().eval(), (x,), path, input_names=["x"],
                          output_names=["y"], dynamo=False)
        with open(path, "rb") as f:
            return f.read(), x.numpy()


def pytorch(rows):
    def make():
        import torch
        x = torch.randn(rows, VALUES, WORDS)
        with torch.no_grad():
            traced = torch.jit.trace(network().eval(), x)
            best = torch.jit.optimize_for_inference(torch.jit.freeze(traced))

        def call():
            with torch.inference_mode():
                best(x)
        return call
    return make


def onnxruntime(rows):
    def make():
        import onnxruntime as ort
        text, x = exported(rows)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = ort.InferenceSession(text, options,
                                       providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"x": x})
    return make


def openvino(rows):
    def make():
        import openvino as ov
        text, x = exported(rows)
        model = ov.Core().read_model(io.BytesIO(text))
        model.reshape([rows, VALUES, WORDS])
        options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
                   "INFERENCE_PRECISION_HINT": "f32"}
        request = ov.compile_model(model, "CPU", options).create_infer_request()
        request.set_input_tensor(ov.Tensor(x, shared_memory=True))
        return request.infer
    return make


def keras(rows):
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    layers = tf.keras.layers
    x = tf.keras.Input((WORDS, VALUES), batch_size=rows)
    found = [layers.GlobalMaxPooling1D()(
        layers.Conv1D(FILTERS, w, activation="relu")(x)) for w in WIDTHS]
    y = layers.Dense(CLASSES)(layers.Concatenate()(found))
    return tf, tf.keras.Model(x, y)


def tensorflow(rows):
    def make():
        tf, model = keras(rows)
        x = tf.random.normal((rows, WORDS, VALUES))
        run = tf.function(lambda x: model(x, training=False))
        return lambda: run(x).numpy()
    return make


def litert(rows):
    def make():
        from ai_edge_litert.interpreter import Interpreter
        tf, model = keras(rows)
        with contextlib.redirect_stdout(io.StringIO()):  # it tells
            flat = tf.lite.TFLiteConverter.from_keras_model(model).convert()
        run = Interpreter(model_content=flat, num_threads=1)
        run.allocate_tensors()
        x = tf.random.normal((rows, WORDS, VALUES)).numpy()
        run.set_tensor(run.get_input_details()[0]["index"], x)
        return run.invoke
    return make


def pytorch_step():
    import torch
    model = network()
    rule = torch.optim.SGD(model.parameters(), lr=1e-7)
    x = torch.randn(BATCH, VALUES, WORDS)
    label = torch.randint(CLASSES, (BATCH,))

    def call():
        rule.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x), label).backward()
        rule.step()
    return call


def jax_step():
    import jax
    import jax.numpy as jnp
    key = jax.random.key(1)

    def drawn(*shape):
        return jax.random.normal(key, shape) * 0.05
    weights = ([(drawn(w, VALUES, FILTERS), drawn(FILTERS)) for w in WIDTHS],
               drawn(FILTERS * len(WIDTHS), CLASSES), drawn(CLASSES))
    x = drawn(BATCH, WORDS, VALUES)
    label = jnp.arange(BATCH) % CLASSES

    def loss(weights):
        filters, w, b = weights
        found = [jax.nn.relu(jax.lax.conv_general_dilated(
            x, f, (1,), "VALID", dimension_numbers=("NWC", "WIO", "NWC")) +
            c).max(1) for f, c in filters]
        shares = jax.nn.log_softmax(jnp.concatenate(found, 1) @ w + b)
        return -shares[jnp.arange(BATCH), label].mean()

    @jax.jit
    def step(weights):
        return jax.tree.map(lambda w, d: w - 1e-7 * d, weights,
                            jax.grad(loss)(weights))

    def call():
        nonlocal weights
        weights = jax.block_until_ready(step(weights))
    return call


for rows in 1, BATCH:
    Race(f"textcnn b{rows}", 1.1, f"textcnn_bench infer {rows}",
         openvino=openvino(rows), litert=litert(rows),
         tensorflow=tensorflow(rows), onnxruntime=onnxruntime(rows),
         pytorch=pytorch(rows))
Race(f"textcnn step b{BATCH}", 2, f"textcnn_bench step {BATCH}",
     pytorch=pytorch_step, jax=jax_step)
