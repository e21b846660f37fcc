"""The module of tests/session.nn: what it gives, and what it says of mistakes.
In a folder with vans.py, its library, two weights files and `got`, which is what
sessions in C give of the rows of vans.csv."""
import os
import sys
import threading

sys.path.insert(0, os.getcwd())
sys.dont_write_bytecode = True

import numpy as np
import vans


def verdict(good, name, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {why}")


def told(name, kind, words, call):
    try:
        call()
        verdict(False, name, "nothing is said")
    except Exception as e:
        verdict(type(e) is kind and words in str(e), name, f"{e!r}")


rows = [line.rstrip().split(",") for line in open("vans.csv")][1:]
size = [[float(x or "nan") for x in row[:3]] for row in rows]
door = np.array([row[3] == "right" for row in rows], np.int64)
price = np.array([[row[5]] for row in rows], np.float64)
net = vans.Model("wanted.safetensors")
kind = np.array([net.names("kind").index(row[4]) for row in rows])
made = net.predict(size, door=door)
both = np.hstack([made["sort"], made["cost"]])
verdict(np.array_equal(both, np.loadtxt("got", np.float32, delimiter=",")),
        "Python gives what C does", both)
verdict(net.predict(np.empty((0, 3)), door[:0])["sort"].shape == (0, 3),
        "no rows")
verdict("input size: number[rows, 3]" in vans.__doc__ and
        vans.Model.train_step.__annotations__["return"] == "dict[str, float]",
        "help and hints")

row = size[:1], [0]
told("a shape", ValueError, "[1, 2]; it must be [rows, 3]",
     lambda: net.predict([[1, 2]], [0]))
told("a type", TypeError, "float64; it must be whole numbers",
     lambda: net.predict(size[:1], [0.5]))
told("text", TypeError, "it must be numbers",
     lambda: net.predict([["a", "b", "c"]], [0]))
told("an id", ValueError, "they must be from 0 to 1",
     lambda: net.predict(size[:1], [2**32]))
told("one is missing", TypeError, "door is not given",
     lambda: net.predict(size))
told("another name", TypeError, "there is no gate; there are size, door",
     lambda: net.predict(size, gate=door))
told("twice", TypeError, "size is given twice",
     lambda: net.predict(*row, size=size))
told("too many", TypeError, "3 arrays are given",
     lambda: net.predict(*row, kind))
told("rows that differ", ValueError, "size has 30 rows, door has 1",
     lambda: net.predict(size, [0]))
told("too large", vans.Error, "size: row 1: value 2",
     lambda: net.predict([[0, 1e300, 0]], [0]))
told("no file", vans.Error, "cannot open none",
     lambda: vans.Model("none.safetensors"))
told("no epochs", vans.Error, "say with epoch_rows",
     lambda: net.train_step(*row, [0], [[2.0]]))
told("no folder", vans.Error, "none", lambda: net.save("none/x.safetensors"))
told("load", vans.Error, "does not fit", lambda: net.load("other"))
verdict(np.array_equal(net.predict(size, door)["sort"], made["sort"]),
        "a failed load changes nothing")

out = {}


def learn(threads):
    with vans.Model("start.safetensors", threads=threads,
                    epoch_rows=30) as m:
        told("too many rows", vans.Error, "from 1 to 8 rows, not 30",
             lambda: m.train_step(size, door, kind, price))
        figures = [m.train_step(size[i:i + 8], door[i:i + 8], kind[i:i + 8],
                                price[i:i + 8]) for i in range(0, 30, 8)]
        out[threads] = figures, m.predict(size, door)["cost"].tobytes()
    told("closed", vans.Error, "closed", lambda: m.predict(size, door))


both = [threading.Thread(target=learn, args=(n,)) for n in (1, 2)]
for t in both:
    t.start()
for t in both:
    t.join()
verdict(out[1] == out[2] and list(out[1][0][0]) == ["loss", "accuracy", "mae"],
        "the same bits in two threads", out)
