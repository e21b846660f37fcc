"""Layers along time."""
import torch
import torch.nn.functional as F

from case import case, entropy, squares


@case(rows=7)
def series_valid(c):
    h = c.conv1d(c.input("x", 13, 3), "a", 5, 3).tanh()
    return squares(c, c.conv1d(h, "b", 4, 4, (1, 2)), 11, 4)


@case
def series_stride(c):
    h = c.conv1d(c.input("x", 11, 2), "a", 17, 4, (2, 1), stride=3).tanh()
    return squares(c, c.conv1d(h, "b", 3, 2, stride=2, bias=False), 2, 3)


@case
def series_causal(c):
    h = c.conv1d(c.input("x", 9, 3), "a", 4, 3, (4, 0), dilation=2).tanh()
    return squares(c, c.conv1d(h, "b", 6, 2, (4, 0), dilation=4), 9, 6)


@case(rows=1)
def series_one(c):
    h = c.conv1d(c.input("x", 1, 4), "a", 3, 3, (1, 1)).tanh()
    return squares(c, c.conv1d(h, "b", 5, 3, (2, 2)), 3, 5)


@case(rows=7, scale=0.2)
def series_spread(c):
    h = c.conv1d(c.input("x", 12, 19), "a", 18, 3, (4, 4), stride=2,
                 dilation=3).tanh()
    return squares(c, c.conv1d(h, "b", 37, 4), 4, 37)


@case
def series_pool(c):
    h = c.conv1d(c.input("x", 13, 2), "a", 5, 2).movedim(2, 1)
    h = F.avg_pool1d(F.pad(F.max_pool1d(h, 3, 2, 1), (1, 2)), 3)
    return squares(c, h.movedim(1, 2), 3, 5)


@case
def series_whole(c):
    h = c.conv1d(c.input("x", 10, 4), "a", 11, 3)
    return squares(c, torch.cat([h.tanh().amax(1), h.mean(1)], 1), 22)


@case(rows=7)
def series_text(c):
    h = c.dense(c.input("x", 7, 5), "e", 5)
    h = c.textcnn(h, "c", (2, 3, 4), 2, torch.relu)
    y = c.dense(h, "d", 2)
    return y, entropy(c, y, c.target("t", 2))


@case(scale=0.2)
def series_wide(c):
    h = c.textcnn(c.input("x", 12, 20), "c", (3, 5), 36, torch.tanh)
    y = c.dense(h, "d", 3)
    return y, entropy(c, y, c.target("t", 3))


@case
def series_cells(c):
    h = c.recurrent(c.input("x", 8, 3), "r", "gru", 4)[0]
    h = c.conv1d(h, "a", 5, 3).relu()
    return squares(c, c.recurrent(h, "s", "gru", 4)[0], 6, 4)
