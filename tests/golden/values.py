"""Numbers that are not of the network: lists, indices, classes."""
import torch
import torch.nn.functional as F

from case import case, squares


@case
def given(c):
    h = c.dense(c.input("x", 5, 4), "d", 3)
    state, leaked = torch.zeros(3), []
    for step in h.unbind(1):
        state = state * torch.tensor([0.9, -0.5, 0.1])
        state = state + step * torch.tensor([0.0, 1, 1])
        leaked.append(state + torch.tensor([1.0, 2, 3]))
    by_time = torch.arange(5.0, dtype=torch.float64)[:, None]
    y = (h * torch.tensor([0.5, -1, 2])
         + torch.tensor([[1.0], [2], [3], [4], [-5]]) * torch.stack(leaked, 1)
         + by_time * h / 4
         - h @ torch.tensor([[1.0, 0, 2], [0, 1, 0], [3, 0, 0]])
         + torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9], [1, 2, 3],
                         [0, 0, 1]]))
    return squares(c, y, 5, 3)


@case
def causal(c):
    x = c.input("x", 5, 4)
    q, k, v = (c.dense(x, name, 3, name != "k") for name in "qkv")
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
    return squares(c, y, 5, 3)


@case
def compared(c):
    y = c.dense(c.input("x", 6, 5), "d", 3).softmax(-1)
    k = c.target("k", 3)[:, None, None]
    t = c.target("t", 3, 6)
    z = ((k == torch.arange(3)) * y + (k > 1) * y.square() - (k != 0) * y / 2)
    brier = (F.one_hot(t, 3) - y).square().mean()
    return z, brier + ((t <= 1)[:, :, None] * z).mean()
