# Random numbers as functions of seed, purpose, stream and place: Philox4x32-10
# (Salmon, Moraes, Dror, Shaw 2011), the same as in the programs that nnc builds.
FOR_INIT, FOR_ORDER, FOR_SPLIT, FOR_DATA = 2, 3, 4, 5


def philox(seed, purpose, which, index):
    """These blocks of a stream, four words each."""
    low, count = np.uint64(0xFFFFFFFF), len(index)
    c = [index & low, index >> np.uint64(32), np.full(count, which, np.uint64),
         np.full(count, purpose, np.uint64)]
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [b >> np.uint64(32) ^ c[1] ^ np.uint64(k0), b & low,
             a >> np.uint64(32) ^ c[3] ^ np.uint64(k1), a & low]
        k0, k1 = k0 + 0x9E3779B9 & 0xFFFFFFFF, k1 + 0xBB67AE85 & 0xFFFFFFFF
    return np.stack(c, 1)


def words(seed, purpose, which, count):
    index = np.arange(-(-count // 4), dtype=np.uint64)
    return philox(seed, purpose, which, index).reshape(-1)[:count]


def unit(word):
    return (word.astype(np.float64) + 0.5) * 2.0 ** -32


def uniform(seed, purpose, which, count):
    return unit(words(seed, purpose, which, count))


def normal(seed, purpose, which, count):
    """Two numbers a block (Box, Muller 1958)."""
    index = np.arange(-(-count // 2), dtype=np.uint64)
    block = philox(seed, purpose, which, index)
    radius = np.sqrt(-2 * np.log(unit(block[:, 0])))
    turn = 2 * math.pi * unit(block[:, 1])
    both = np.stack((radius * np.cos(turn), radius * np.sin(turn)), 1)
    return both.reshape(-1)[:count]


def shuffle(seed, purpose, which, items):
    """As nnc's programs do, which compute the order of more than 2^24 rows."""
    n = len(items)
    word = words(seed, purpose, which, n).tolist()
    for i in range(n - 1, 0, -1):
        j = word[i] * (i + 1) >> 32
        items[i], items[j] = items[j], items[i]


def orthogonal(a):
    """Rows, or columns where there are fewer, orthonormal by Gram, Schmidt."""
    rows = a if a.shape[0] <= a.shape[1] else a.T
    for v in range(len(rows)):
        for w in [*range(v)] * 2:
            rows[v] -= rows[v] @ rows[w] * rows[w]
        rows[v] /= np.sqrt(rows[v] @ rows[v])
    return a


def first_value(kind, a, shape, seed, which):
    """He et al. 2015, Glorot and Bengio 2010, Saxe et al. 2014, and others."""
    count = math.prod(shape)
    fan_in = math.prod(shape[1:]) if len(shape) > 1 else count
    fan_out = shape[0] * math.prod(shape[2:])
    if kind == "uniform":
        return a * (2 * uniform(seed, FOR_INIT, which, count) - 1)
    if kind == "glorot":
        a = math.sqrt(6 / (fan_in + fan_out))
        return a * (2 * uniform(seed, FOR_INIT, which, count) - 1)
    if kind == "constant":
        return np.full(count, a)
    if kind == "literal":
        return np.array(a)
    value = normal(seed, FOR_INIT, which, count)
    if kind == "orthogonal":
        return orthogonal(value.reshape(shape[0] if len(shape) > 1 else 1, -1))
    return (math.sqrt(2 / fan_in) if kind == "he" else a) * value


def initialize(model, seed):
    """Gives all weights the first values that nnc's programs give them."""
    state = model.state_dict()
    for name, which, kind, a, padding in FIRST:
        value = first_value(kind, a, tuple(state[name].shape), seed, which)
        value = torch.from_numpy(value.reshape(state[name].shape)).float()
        if padding:
            value[0] = 0
        state[name].copy_(value)
