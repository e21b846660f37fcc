"""Prints written.def: the tokens that models of steps.nn write, greedily, when
PyTorch makes all steps again for each. Needs PyTorch, in float64; weights are
the sines of tests/golden/case.py, in the order of the model's table."""
import os
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "golden"))
from case import Case


def characters(c, x):
    h = F.embedding(x, c.param("table", 37, 19))
    h = c.recurrent(h, "lower", "lstm", 33)[0]
    return c.dense(c.recurrent(h, "upper", "lstm", 21)[0], "choose", 37)


def written(model, scale, count, first=1):
    c, ids = Case(1, scale), [first]
    with torch.no_grad():
        for _ in range(count):
            best = model(c, torch.tensor([ids]))[0, -1].topk(2)
            assert best.values[0] - best.values[1] > 1e-3
            ids.append(int(best.indices[0]))
    print(f'    {{"{model.__name__}", {scale:g}, {len(ids)},')
    print(f"     {{{', '.join(map(str, ids))}}}}},")


if __name__ == "__main__":
    print("""/* written.def: made by written.py. */
/* clang-format off */
static const struct {
    const char *model;
    double scale; /* of weights */
    int count;
    int32_t ids[32];
} texts[] = {""")
    written(characters, 2.0, 30)
    print("};")
