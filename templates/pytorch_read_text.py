def read_text(path, flow, prep):
    """A whole text as one series of tokens, of which rows are windows."""
    tokens = cut_text(prep, whole_text(path, flow.settings.get("encoding")))
    w = prep.window
    ahead, stride = w["ahead"], w["stride"]
    count = (len(tokens) - w["length"] - ahead) // stride + 1
    begin = 0
    if flow.ahead:
        begin = w["length"] - 1 + ahead if prep.values == 1 else ahead
    table = Table(count, 1, texts=[
        tokens[i * stride + begin:i * stride + begin + prep.values]
        for i in range(count)])
    table.learned = [tokens[i * stride:i * stride + w["length"]]
                     for i in range(count)]
    return table
