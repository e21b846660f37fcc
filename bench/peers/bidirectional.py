"""Recurrent layers that read a series from both ends: 32 rows of 48 steps of
100 values, 100 cells each way."""
from race import Race

ROWS, STEPS, VALUES, CELLS = 32, 48, 100, 100


def infers(kind):
    def make():
        import torch
        layer = getattr(torch.nn, kind)(VALUES, CELLS, batch_first=True,
                                        bidirectional=True).eval()
        x = torch.randn(ROWS, STEPS, VALUES)

        def call():
            with torch.inference_mode():
                layer(x)
        return call
    return make


def steps(kind):
    def make():
        import torch
        layer = getattr(torch.nn, kind)(VALUES, CELLS, batch_first=True,
                                        bidirectional=True)
        rule = torch.optim.SGD(layer.parameters(), lr=1e-7)
        x = torch.randn(ROWS, STEPS, VALUES)
        goal = torch.randn(ROWS, STEPS, 2 * CELLS)

        def call():
            rule.zero_grad(set_to_none=True)
            torch.nn.functional.mse_loss(layer(x)[0], goal).backward()
            rule.step()
        return call
    return make


for kind in "LSTM", "GRU":
    model = f"bi{kind.lower()}_bench"
    name = f"bidirectional {kind}"
    Race(f"{name} b32", 1.2, f"{model} infer 32", pytorch=infers(kind))
    Race(f"{name} step b32", 1.2, f"{model} step 32", pytorch=steps(kind))
