def read_idx(path, flow, prep):
    data = whole_file(path)
    kind = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}[data[2]]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big")
             for i in range(data[3])]
    x = np.frombuffer(data, kind, offset=4 + 4 * len(shape))
    x = x.reshape(shape[0], -1).astype(np.dtype(kind).newbyteorder("="))
    return Table(len(x), x.shape[1], x)
