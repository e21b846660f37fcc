def load_file(path):
    """The tensors of a .safetensors file."""
    with open(path, "rb") as file:
        data = file.read()
    begin = 8 + int.from_bytes(data[:8], "little")
    if not 8 < begin <= len(data):
        raise ValueError("this is no .safetensors file")
    head, data = json.loads(data[8:begin]), data[begin:]
    kinds = {"F32": np.float32, "F64": np.float64, "F16": np.float16}
    state = {}
    for name, t in head.items():
        if name != "__metadata__" and t["dtype"] in kinds:
            x = np.frombuffer(data[slice(*t["data_offsets"])], kinds[t["dtype"]])
            state[name] = torch.from_numpy(x.reshape(t["shape"]).copy()).to(real)
    return state


def save_file(state, path):
    """Writes them as such a file."""
    head, at = {}, 0
    for name, x in state.items():
        size = 4 * x.numel()
        head[name] = {"dtype": "F32", "shape": [*x.shape],
                      "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for x in state.values():
            file.write(x.detach().float().contiguous().numpy().tobytes())


def unit_of(data, i, at):
    """That of a value of input i; -1: it has none."""
    unit = data.preps[i].unit if i >= 0 else np.ones(1)
    return float(unit[at % len(unit)])


@torch.no_grad()
def evaluate(model, data, part):
    """The mean loss of a part, and the model's metrics."""
    model.eval()
    loss, rows, sums = 0.0, 0, {}
    for batch in batches(data, part):
        loss += float(model.loss(*batch)) * len(batch[0])
        rows += len(batch[0])
        for name, (total, count) in model.metrics(*batch).items():
            old = sums.get(name, (0, 0))
            sums[name] = old[0] + total.reshape(-1), old[1] + float(count)
    figures = {"loss": loss / max(rows, 1)}
    for name, (total, count) in sums.items():
        finish, factor, units, degree = METRICS[name]
        unit = [unit_of(data, i, first + k * step)
                for n, i, first, step in units for k in range(n)] or [1.0]
        x = total.double() * torch.tensor(unit, dtype=torch.double) ** degree
        x = float(x.sum()) / max(count, 1e-300)
        x = math.sqrt(x) if finish == "root" else math.exp(x) \
            if finish == "exp" else x
        figures[name] = x * factor
    return figures


def shown(part, figures):
    return f"{part}: " + ", ".join(f"{k} {v:.6g}" for k, v in figures.items())


def train(model, data, epochs=EPOCHS, seed=SEED, rate=RATE, say=print):
    """Trains as nnc's program does: the same batches in the same order."""
    rule = optimizer(model, rate)
    rows = len(data.items[0])
    per_epoch = -(-rows // (BATCH or rows))
    step, best, waited = 0, None, 0
    for epoch in range(epochs):
        model.train()
        model.states = {}
        total = 0.0
        for batch in batches(data, "training", epoch, seed):
            for group in rule.param_groups:
                group["lr"] = rate_at(step, epochs * per_epoch, per_epoch, rate)
            rule.zero_grad()
            loss = model.loss(*batch)
            loss.backward()
            clip(model)
            rule.step()
            total += float(loss.detach()) * len(batch[0])
            step += 1
        seen = {p: evaluate(model, data, p) for p, items in
                zip(Data.PARTS[1:], data.items[1:]) if len(items)}
        say(f"epoch {epoch + 1}: loss {total / rows:.6g}",
            *(shown(p, figures) for p, figures in seen.items()), sep="; ")
        if not PATIENCE:
            continue
        loss = seen["validation"]["loss"]
        waited += 1
        if best is None or loss < best[0]:
            best, waited = (loss, copy.deepcopy(model.state_dict())), 0
        if waited >= PATIENCE:
            break
    if best:
        model.load_state_dict(best[1])
    model.eval()


@torch.no_grad()
def infer(model, data):
    """Prints the outputs of the test rows, or of all where there are none."""
    model.eval()
    for batch in batches(data, "test" if len(data.items[2]) else "training"):
        out = model(*batch[:len(INPUTS)])
        out = out if isinstance(out, tuple) else (out,)
        for row in torch.cat([x.reshape(len(x), -1) for x in out], 1):
            print(",".join(f"{float(x):.9g}" for x in row))


def load(model, path):
    try:
        model.load_state_dict(load_file(path))
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from None


def run(o):
    model, data = Model(), Data(o.data)
    initialize(model, o.seed)
    if VECTORS:
        fill_vectors(model, data, o.data)
    weights = o.weights or (None if o.train else o.out)
    if weights:
        load(model, weights)
    if o.train:
        train(model, data, o.epochs, o.seed, o.rate)
        save_file(model.state_dict(), o.out)
    if o.infer:
        infer(model, data)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--train", action="store_true", help="train, and save the weights")
    add("--infer", action="store_true", help="print the outputs of the test rows")
    add("--weights", metavar="FILE", help="begin with these (.safetensors)")
    add("--data", metavar="DIR", default=here,
        help="where the data files lie (beside this program)")
    add("--out", metavar="FILE", default=NAME + ".safetensors",
        help="where to save the weights (%(default)s)")
    add("--epochs", type=int, default=EPOCHS, help="(%(default)s)")
    add("--seed", type=int, default=SEED, help="(%(default)s)")
    add("--rate", type=float, default=RATE, help="(%(default)s)")
    o = parser.parse_args()
    if not (o.train or o.infer):
        parser.error("say what to do: --train or --infer")
    folder = os.path.dirname(os.path.abspath(o.out))
    if o.train and not os.access(folder, os.W_OK):
        parser.error(f"--out {o.out}: no file can be written there")
    try:
        run(o)
    except OSError as error:
        raise SystemExit(f"{parser.prog}: {error}") from None


if __name__ == "__main__":
    main()
