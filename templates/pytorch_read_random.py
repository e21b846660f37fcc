def read_random(path, flow, prep):
    """Rows that a formula makes."""
    s, rows = flow.settings, flow.settings["rows"]
    which = [*INPUTS, *TARGETS].index(prep.name)
    width = prep.values
    if prep.window and width % prep.window["length"] == 0:
        width //= prep.window["length"]
    where = s.get("seed", 1), FOR_DATA, which, rows * width
    if prep.classes:
        x = words(*where) * np.uint64(prep.classes) >> np.uint64(32)
    elif s.get("draw", "normal") == "normal":
        x = normal(*where)
    else:
        low, high = s.get("low", 0), s.get("high", 1)
        high = 1 if low == 0 and high == 0 else high
        x = low + (high - low) * uniform(*where)
    return Table(rows, width, x.astype(np.float64).reshape(rows, width))
