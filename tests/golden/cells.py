"""Loops over time."""
import torch
import torch.nn.functional as F

from case import case, squares


@case
def rnn_all(c):
    return squares(c, c.recurrent(c.input("x", 7, 3), "r", "rnn", 4)[0], 7, 4)


@case
def lstm_all(c):
    return squares(c, c.recurrent(c.input("x", 6, 3), "r", "lstm", 5)[0], 6, 5)


@case
def lstm_last(c):
    h = c.recurrent(c.input("x", 9, 17), "r", "lstm", 20)[0][:, -1]
    y = c.dense(h, "d", 3)
    return y, F.cross_entropy(y, c.target("t", 3))


@case(rows=7)
def peepholes(c):
    """The LSTM of Gers and Schmidhuber, which PyTorch does not have."""
    x, n = c.input("x", 13, 3), 5
    shapes = {"weight_ih_l0": (4 * n, 3), "weight_hh_l0": (4 * n, n),
              "bias_ih_l0": (4 * n,), "bias_hh_l0": (4 * n,),
              "weight_ci": (n,), "weight_cf": (n,), "weight_co": (n,)}
    wi, wh, bi, bh, ci, cf, co = (c.param("r." + k, *s)
                                  for k, s in shapes.items())
    h = cell = torch.zeros(c.rows, n)
    steps = []
    for step in range(13):
        gates = F.linear(x[:, step], wi, bi) + F.linear(h, wh, bh)
        i, f, g, o = gates.chunk(4, 1)
        i, f = (i + ci * cell).sigmoid(), (f + cf * cell).sigmoid()
        cell = f * cell + i * g.tanh()
        h = (o + co * cell).sigmoid() * cell.tanh()
        steps.append(h)
    return squares(c, torch.stack(steps, 1), 13, 5)


@case
def gru_stack(c):
    h = c.recurrent(c.input("x", 5, 3), "a", "gru", 6)[0]
    return squares(c, c.recurrent(h, "b", "gru", 4)[0][:, -1], 4)


@case
def jordan_net(c):
    x, y, out = c.input("x", 5, 3), torch.zeros(c.rows, 4), []
    for t in range(5):
        h = c.dense(torch.cat([x[:, t], y], 1), "r.dense1", 6).sigmoid()
        y = c.dense(h, "r.dense2", 4).softmax(-1)
        out.append(y)
    y = torch.stack(out, 1)
    picked = y.log().reshape(-1, 4)
    return y, F.nll_loss(picked, c.target("t", 4, 5).reshape(-1))


@case
def textbook(c):
    x, name = c.input("x", 6, 3), "book_lstm1.dense"
    h = s = torch.zeros(c.rows, 4)
    for t in range(6):
        xh = torch.cat([x[:, t], h], 1)
        g = c.dense(xh, name + "1", 4).tanh()
        i, f, o = (c.dense(xh, name + k, 4).sigmoid() for k in "234")
        s = g * i + s * f
        h = s * o
    return squares(c, c.dense(h, "dense1", 1), 1)


@case
def three_states(c):
    x, out = c.input("x", 6, 3), []
    fast, slow = torch.full((c.rows, 4), 0.5), torch.zeros(c.rows, 4)
    for t in range(6):
        count = t + 1
        fast = (c.dense(x[:, t], "r.feed", 4) + slow).tanh() + 0.1 * fast
        new_slow = 0.9 * slow + fast / (1 + count)
        out.append(torch.cat([fast, slow], 1) * count)
        slow = new_slow
    return squares(c, torch.stack(out, 1), 6, 8)


@case
def both_ways(c):
    x = c.input("x", 6, 3)
    ahead = c.recurrent(x, "a", "gru", 4)[0]
    back = c.recurrent(x.flip(1), "b", "gru", 4)[0].flip(1)
    return squares(c, torch.cat([ahead, back], 2).mean(1), 8)


@case
def started_by_name(c):
    x, z, out = c.input("x", 4, 3), c.input("z", 5, 2), []
    a = b = torch.zeros(c.rows, 4)
    for t in range(4):
        a = (c.dense(x[:, t], "p.d", 4) + b).tanh()
        b = 0.5 * b + a
    for t in range(5):
        b = (c.dense(z[:, t], "q.d", 4) + 0.3 * a).tanh() - 0.2 * b
        a = 0.9 * a + b
        out.append(a * b)
    return squares(c, torch.stack(out, 1), 5, 4)


@case
def turned_in_loop(c):
    x = c.input("x", 5, 3)
    up, over = c.param("r.up", 3, 3), c.param("r.over", 3, 3)
    h = torch.zeros(c.rows, 3)
    for t in range(5):
        h = (x[:, t] + h @ up - 2 * h @ over.T).tanh()
    return squares(c, h, 3)


@case(rows=1)
def single_row(c):
    x = c.input("x", 5, 3)
    by, bias = c.param("r.by", 1), c.param("r.bias", 4)
    h = torch.zeros(c.rows, 4)
    for t in range(5):
        h = (c.dense(x[:, t], "r.d", 4) * by + h + bias).tanh()
    return squares(c, h * by, 4)


@case
def handed_on(c):
    x, z = c.input("x", 4, 3), c.input("z", 5, 2)
    state = c.recurrent(x, "e", "lstm", 4)[1]
    return squares(c, c.recurrent(z, "d", "lstm", 4, state)[0], 5, 4)
