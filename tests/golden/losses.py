"""Losses and penalties."""
import torch
import torch.nn.functional as F

from case import case, entropy, mse, squares


def linear_entropy(*shape):
    def model(c):
        y = c.dense(c.input("x", *shape, 5), "d", 4)
        c.chosen = [] if shape else [y.argmax(-1)]
        return y, entropy(c, y, c.target("t", 4, *shape))
    return model


case(linear_entropy(), name="entropy")
case(linear_entropy(6), name="entropy_time")


@case
def entropy_sum(c):
    y = c.dense(c.input("x", 5), "d", 4)
    return y, F.cross_entropy(y, c.target("t", 4), reduction="sum")


def hits(y, t, ignore):
    return (y.argmax(-1) == t)[t != ignore].double().mean()


def losses_of_class(c, classes, *shape):
    y = c.dense(c.input("x", *shape, 5), "d", classes)
    t = c.target("t", classes, *shape)
    return y, t, y.reshape(-1, classes), t.reshape(-1)


@case
def entropy_ignore(c):
    y, t, flat, of = losses_of_class(c, 5, 6)
    loss = F.cross_entropy(flat, of, ignore_index=2)
    c.metrics["accuracy"] = hits(y, t, 2)
    c.metrics["perplexity"] = loss.exp()
    c.chosen = [y.argmax(-1).where(t != 2, -1), y.argmax(-1)]
    return y, loss


@case(rows=7)
def entropy_weights(c):
    y, t, flat, of = losses_of_class(c, 5)
    c.metrics["accuracy"] = hits(y, t, -1)
    return y, F.cross_entropy(flat, of, torch.tensor([1, 0.5, 2, 0, 1.5]))


@case
def entropy_smooth(c):
    y, t, flat, of = losses_of_class(c, 5, 6)
    c.metrics["zero_one"] = 1 - hits(y, t, 0)
    c.metrics["perplexity"] = F.cross_entropy(flat, of).exp()
    return y, F.cross_entropy(flat, of, label_smoothing=0.1)


@case(rows=7)
def entropy_all(c):
    y, t, flat, of = losses_of_class(c, 5, 13)
    w = torch.tensor([1, 0.5, 2, 0.25, 1.5])
    return y, F.cross_entropy(flat, of, w, ignore_index=0,
                              label_smoothing=0.3) \
        + F.cross_entropy(flat, of, ignore_index=1, label_smoothing=0.2,
                          reduction="sum")


@case
def entropy_none(c):
    """All steps are ignored, where PyTorch divides 0 by 0."""
    y, t, flat, of = losses_of_class(c, 3, 3)
    c.metrics["accuracy"] = 0
    return y, 0.1 * flat.square().mean()


@case(rows=7)
def log_weights(c):
    y, t, flat, of = losses_of_class(c, 5)
    w = torch.tensor([1, 0.5, 2, 0.25, 1.5])
    return y.softmax(-1), F.cross_entropy(flat, of, w, ignore_index=4)


@case
def log_softmax(c):
    y = c.dense(c.input("x", 5), "d", 4).softmax(-1)
    return y, F.nll_loss(y.log(), c.target("t", 4))


@case
def log_mixture(c):
    x = c.input("x", 5)
    a, b = (c.dense(x, n, 4).softmax(-1) for n in "de")
    y = 0.25 * a + 0.75 * b
    return y, F.nll_loss(y.log(), c.target("t", 4))


@case
def squares_sum(c):
    y = c.dense(c.input("x", 5), "d", 3)
    t = c.input("t", 3)
    c.metrics["rmse"] = mse(y, t).sqrt()
    return y, F.mse_loss(y, t, reduction="sum")


@case
def rows_beside(c):
    h = c.dense(c.input("x", 5), "d", 1) @ c.param("w", 1, 1)
    y = c.dense(h, "e", 8)
    return y, mse(y, c.input("t", 8)) + 0.25 * h.square().sum(1).mean()


@case
def two_losses(c):
    x = c.input("x", 5)
    t, k = c.input("t", 5), c.target("k", 3)
    h = c.dense(x, "enc", 4).tanh()
    back, y = c.dense(h, "dec", 5), c.dense(h, "read", 3)
    return y, 0.5 * mse(back, x) + F.cross_entropy(y, k) + mse(back, t)


def small(c):
    h = c.dense(c.input("x", 5), "a", c.width).tanh()
    return squares(c, c.dense(h, "b", 3), 3)


@case
def penalties(c):
    c.width = 4
    y, loss = small(c)
    for w in c.params.values():
        if w.dim() >= 2:
            c.penalty = c.penalty + 0.15 * w.square().sum() \
                + 0.02 * w.abs().sum()
    return y, loss
