class Flow:
    """Where values come from, and what is done to them."""

    def __init__(self, feed, read, path=None, part="all", then=(), ahead=False,
                 like=None, **settings):
        self.feed, self.read, self.path, self.part = feed, read, path, part
        self.then, self.ahead, self.like = dict(then), ahead, like
        self.settings = settings


class Split:
    """Which rows are set aside: a share, a number, a fold, or other files."""

    def __init__(self, kind, amount=0, folds=0, last=False, by=None):
        self.kind, self.amount, self.folds = kind, amount, folds
        self.last, self.by = last, by


class Table:
    """Rows as read: numbers [rows, width], or fields or lines of text."""

    def __init__(self, rows, width, numbers=None, texts=None, dropped=None):
        self.rows, self.width = rows, width
        self.numbers, self.texts, self.dropped = numbers, texts, dropped
        self.ids = None


def whole_file(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def whole_text(path, encoding=None):
    code = "cp1252" if encoding == "windows-1252" else "utf-8-sig"
    return whole_file(path).decode(code)


def as_number(text):
    if "_" in text or "x" in text.lower():
        raise ValueError(f"{text} is no number")
    return float(text)


def as_label(x):
    return str(int(x)) if x == int(x) else repr(float(x))


def sorted_labels(labels):
    """By value where all are numbers, else by their letters."""
    different = sorted(set(labels))
    try:
        values = [as_number(x) for x in different]
    except ValueError:
        return different
    if any(math.isnan(x) for x in values):
        return different
    return [x for _, x in sorted(zip(values, different))]


class Prep:
    """What is done to the values of one input; learned from training rows."""

    def __init__(self, name, flow):
        self.name, self.flow, self.then = name, flow, flow.then
        self.shape = {**INPUTS, **TARGETS}[name]
        self.values = math.prod(self.shape)
        self.classes = CLASSES.get(name)
        self.window = self.then.get("windows")
        self.cut = next((k for k in ("words", "characters", "letter_trigrams",
                                     "ids") if k in self.then), None)
        self.labels = None
        self.a, self.b = 1.0, 0.0
        self.unit = np.ones(1)
        self.takes_text = self.cut is not None or "category" in self.then

    def learn(self, table, training, preps):
        if self.flow.settings.get("missing") == "mean":
            self.fill = np.nanmean(table.numbers[training], 0)
        if self.cut:
            self.vocabulary = learn_words(self, table, training) \
                if self.flow.like is None else preps[self.flow.like].vocabulary
        elif "category" in self.then:
            self.labels = sorted_labels(
                x for i in np.flatnonzero(training) for x in label_row(table, i))
        else:
            self.chain(table, training)

    def chain(self, table, training):
        """All of `then` as a factor and a shift for each column."""
        for name, how in self.then.items():
            if name == "scale":
                self.a, self.b = self.a * how["factor"], self.b * how["factor"]
            elif name == "standardize":
                x = self.filled(table.numbers[training].astype(np.float64))
                mean, deviation = moments(x)
                size = abs(self.a) if np.ndim(self.a) == 0 else 1
                over = np.where(deviation > 0, deviation * size, 1.0)
                self.a, self.b = self.a / over, (self.b - mean * self.a) / over
        self.unit = 1 / np.abs(np.atleast_1d(self.a))

    def filled(self, x):
        return np.where(np.isnan(x), self.fill, x) if hasattr(self, "fill") else x

    def encode(self, table):
        """Rows of classes and tokens as ids, once for all."""
        if self.cut:
            table.ids = spell_rows(self, table)
        elif self.labels is not None:
            place = {x: i for i, x in enumerate(self.labels)}
            other = len(place) if self.then["category"].get("other") else None
            table.ids = np.array([[place[x] if other is None
                                   else place.get(x, other)
                                   for x in label_row(table, i)]
                                  for i in range(table.rows)])
        elif self.classes is not None:
            x = self.filled(table.numbers.astype(np.float64))
            table.ids = (x * self.a + self.b).astype(np.int64)

    def fetch(self, table, items):
        """The rows of a batch, as a tensor."""
        if self.cut:
            x = table.ids[items]
        else:
            rows = np.asarray(items)[:, None]
            if self.window:
                length, ahead = self.window["length"], self.window["ahead"]
                one = self.values == table.width and self.flow.ahead
                begin = ahead if self.flow.ahead else 0
                rows = rows + (length - 1 + ahead if one
                               else begin + np.arange(length))
            x = self.cells(table, rows)
        x = x.reshape(len(items), *self.shape)
        return torch.from_numpy(x).to(torch.long if self.classes else real)

    def cells(self, table, rows):
        if table.ids is not None:
            return table.ids[rows]
        x = table.numbers[rows]
        if x.dtype == np.uint8 and np.ndim(self.a) == 0 and self.b == 0:
            return x.astype(np.float32) * np.float32(self.a)
        x = self.filled(x.astype(np.float64)) * self.a + self.b
        return x.astype(np.float32)


def label_row(table, i):
    return table.texts[i] if table.texts is not None \
        else [as_label(x) for x in table.numbers[i]]


def moments(x):
    """Mean and deviation of each column; 0 for one that is constant."""
    low, high = x.min(0), x.max(0)
    mean = np.where(low == high, low, x.mean(0))
    deviation = np.sqrt(np.square(x - mean).mean(0))
    noise = 4 * np.finfo(float).eps * np.maximum(np.abs(low), np.abs(high))
    return mean, np.where((low == high) | (deviation <= noise), 0, deviation)


def furthest_behind(amount, total, want, n):
    best, most = 0, -1
    for c in range(len(total)):
        behind = amount * total[c] / n - want[c]
        if behind > most + 1e-9 and want[c] < total[c]:
            best, most = c, behind
    return best


def split_rows(part_of, part, how, kinds):
    """Sets rows aside, kind by kind; `kinds` is 0 everywhere without `by`."""
    number = {"validation": 1, "test": 2}[part]
    n, count = len(part_of), int(kinds.max()) + 1
    total = [int((kinds == c).sum()) for c in range(count)]
    share = how.amount / n if how.kind == "rows" else how.amount
    want = [math.floor(share * t + 1e-9) for t in total]
    while how.kind == "rows" and sum(want) < int(how.amount):
        want[furthest_behind(how.amount, total, want, n)] += 1
    seen = 0
    for c in range(count):
        rows = np.flatnonzero((part_of == 0) & (kinds == c)).tolist()
        if how.kind == "fold" or not how.last:
            shuffle(SPLIT_SEED, FOR_SPLIT, number << 24 | c, rows)
        if how.kind == "fold":
            moved = [r for i, r in enumerate(rows)
                     if (seen + i) % how.folds == how.amount - 1]
            seen += len(rows)
        else:
            moved = rows[len(rows) - want[c]:] if how.last else rows[:want[c]]
        part_of[moved] = number


class Data:
    """All rows: read, split, and ready to be fetched."""

    PARTS = ("training", "validation", "test")

    def __init__(self, folder):
        names = [*INPUTS, *TARGETS]
        own = {p: {f.feed: f for f in FLOWS if f.part == p}
               for p in ("all", "validation", "test")}
        self.preps = [Prep(k, own["all"][k]) for k in names]
        by_name = dict(zip(names, self.preps))
        self.tables = [self.read(folder, own[p]) for p in own]
        self.window()
        self.split()
        training = self.part_of == 0
        pairs = [*zip(self.preps, self.tables[0])]
        for prep, table in sorted(pairs, key=lambda p: p[0].flow.like is not None):
            prep.learn(table, training, by_name)
        for tables in self.tables:
            for prep, table in zip(self.preps, tables or ()):
                prep.encode(table)

    def read(self, folder, flows):
        if not flows:
            return None
        tables = []
        for prep in self.preps:
            flow = flows[prep.name]
            path = flow.path and os.path.join(folder, flow.path)
            try:
                tables.append(flow.read(path, flow, prep))
            except FileNotFoundError:
                raise SystemExit(f"there is no {path}: --data DIR says where "
                                 "the data files lie") from None
            except (IndexError, KeyError, ValueError) as error:
                raise SystemExit(f"{path} does not hold {prep.name}: "
                                 f"{error}") from None
        rows = {t.rows for t in tables}
        if len(rows) > 1:
            raise SystemExit(f"sources have different numbers of rows: {rows}")
        dropped = np.zeros(tables[0].rows, bool)
        for t in tables:
            dropped |= False if t.dropped is None else t.dropped
        for t in tables if dropped.any() else ():
            if t.numbers is not None:
                t.numbers = t.numbers[~dropped]
            if t.texts is not None:
                t.texts = [x for x, d in zip(t.texts, dropped) if not d]
            t.rows = int((~dropped).sum())
        return tables

    def window(self):
        """Rows that an item spans, and from one item to the next."""
        self.span, self.stride = 1, 1
        for prep, table in zip(self.preps, self.tables[0]):
            w = None if prep.cut else prep.window
            if not w:
                continue
            self.span = max(self.span, w["length"])
            if prep.flow.ahead:
                self.span = w["length"] + w["ahead"]
            if w.get("stride"):
                self.stride = w["stride"]
            elif prep.flow.ahead and prep.values != table.width:
                self.stride = w["length"]

    def split(self):
        rows = self.tables[0][0].rows
        self.part_of = np.zeros(rows, np.uint8)
        for part, how in (("test", TEST), ("validation", VALIDATION)):
            if how:
                split_rows(self.part_of, part, how, self.kinds(how.by))
        if PATIENCE and not VALIDATION:
            tenth = max(int((self.part_of == 0).sum()) // 10, 1)
            if self.tables[1] is None:
                split_rows(self.part_of, "validation",
                           Split("rows", tenth, last=bool(TEST and TEST.last)),
                           self.kinds(None))
        self.items = [self.listed(p) for p in range(3)]

    def kinds(self, by):
        if by is None:
            return np.zeros(len(self.part_of), np.int64)
        at = [p.name for p in self.preps].index(by)
        table = self.tables[0][at]
        labels = [label_row(table, i)[0] for i in range(table.rows)]
        place = {x: i for i, x in enumerate(sorted_labels(labels))}
        if "category" not in self.preps[at].then:
            place = {x: int(float(x)) for x in place}
        return np.array([place[x] for x in labels])

    def listed(self, part):
        """The items of a part; a window belongs to that of its last row."""
        own = part > 0 and self.tables[part] is not None
        rows = self.tables[part if own else 0][0].rows
        first = np.arange(0, rows - self.span + 1, self.stride)
        if own:
            return first
        return first[self.part_of[first + self.span - 1] == part]

    def fetch(self, part, items):
        tables = self.tables[part] or self.tables[0]
        return [p.fetch(t, items) for p, t in zip(self.preps, tables)]


def lanes(items, rows, stride):
    """Each row of a batch goes on where it stopped in the batch before."""
    length, longer = divmod(len(items), rows)
    lane = np.arange(len(items)) % rows
    begin = lane * length + np.minimum(lane, longer)
    first = items[0] if len(items) else 0
    return first + (begin + np.arange(len(items)) // rows) * stride


def batches(data, part="training", epoch=None, seed=None):
    """Batches of a part, (inputs..., targets...); of an epoch in its order."""
    at = Data.PARTS.index(part)
    items = data.items[at]
    rows = BATCH or max(len(items), 1)
    if epoch is not None and STATEFUL:
        items = lanes(items, rows, data.stride)
    elif epoch is not None:
        items = items.tolist()
        shuffle(SEED if seed is None else seed, FOR_ORDER, epoch, items)
    for i in range(0, len(items), rows):
        yield data.fetch(at, items[i:i + rows])
