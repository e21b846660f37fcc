"""Ten steps of each optimiser."""
import torch
import torch.nn.functional as F

from attention import six_steps
from case import squares
from losses import small


def with_rule(optimiser):
    return lambda **how: lambda params: optimiser(params, **how)


sgd, adam = with_rule(torch.optim.SGD), with_rule(torch.optim.Adam)
adamw, adagrad = with_rule(torch.optim.AdamW), with_rule(torch.optim.Adagrad)
rmsprop = with_rule(torch.optim.RMSprop)


def small_six(c):
    c.width = 6
    return small(c)


def own_fixed(c):
    h = (c.input("x", 5) @ c.param("a.w", 6, 5).T).tanh()
    return squares(c, c.dense(h, "b", 3), 3)


def many(c):
    n = 70003
    return squares(c, c.input("x", n) * c.param("s.w", 1, n)[0], n)


def normalised(c):
    h = c.batchnorm(c.dense(c.input("x", 5), "a", 6, bias=False), "n").tanh()
    return squares(c, c.dense(h, "b", 3), 3)


class LookingBack(torch.optim.Optimizer):
    """Goes on as the weights went, and where the gradient is changing to."""

    @torch.no_grad()
    def step(self):
        for w in self.param_groups[0]["params"]:
            state = self.state[w]
            g = state.get("last_gradient", torch.zeros_like(w))
            v = state.get("last_weight", torch.zeros_like(w))
            state.update(last_gradient=w.grad.clone(), last_weight=w.clone())
            w += 0.1 * (w - v) \
                - self.param_groups[0]["lr"] * (1.5 * w.grad - 0.5 * g)


def looking_back(c):
    h = c.dense(c.input("x", 5), "a", 6)
    a, b, seen, kept = (c.statistic("s." + name, 6, 0.5)
                        for name in ("a", "b", "seen", "kept"))
    old, mean = seen.clone(), h.mean(0)
    y = c.dense((h * a.clone() + mean * old + kept).tanh(), "b", 3)
    both = a.clone(), b.clone()
    a.copy_(both[1])
    b.copy_(both[0])
    seen.copy_(mean.detach())
    return squares(c, y, 3)


def tokens(c):
    e = c.embedding(c.target("w", 9, 4), "e", 9, 5).flatten(1)
    y = c.dense(e, "d", 3)
    return y, F.cross_entropy(y, c.target("t", 3))


def tied(c):
    """Rows of different lengths, whose table the product at the end reads."""
    ids, ends = c.padded("w", 9, 6, "behind")
    e = c.embedding(ids, "e", 9, 5)
    mean = torch.stack([e[r, a:b].mean(0) for r, (a, b) in enumerate(ends)])
    w = torch.cat([torch.zeros(1, 5), c.params["e.weight"][1:]])
    y = c.dense(mean, "d", 5) @ w.T
    return y, F.cross_entropy(y, c.target("t", 9))


# What optimisers remember of a weight, in the order of the slots.
SLOTS = ("sum", "square_avg", "momentum_buffer", "exp_avg", "exp_avg_sq",
         "last_gradient", "last_weight")
OPTIMISERS = {
    "steps_looking_back": (with_rule(LookingBack)(defaults={"lr": 0.1}),
                           {"network": looking_back}),
    "steps_batchnorm": (sgd(lr=0.1, momentum=0.9), {"network": normalised}),
    "small_sgd": (sgd(lr=0.1), {}),
    "small_momentum": (sgd(lr=0.1, momentum=0.9), {}),
    "small_nesterov": (sgd(lr=0.1, momentum=0.8, nesterov=True), {}),
    "small_adam": (adam(lr=0.01), {}),
    "small_adam_betas": (adam(lr=0.02, betas=(0.8, 0.95), eps=1e-4), {}),
    "small_adamw": (adamw(lr=0.02, weight_decay=0.1), {}),
    "small_adagrad": (adagrad(lr=0.1), {}),
    "small_rmsprop": (rmsprop(lr=0.02), {}),
    "small_rmsprop_momentum": (
        rmsprop(lr=0.01, alpha=0.9, eps=1e-3, momentum=0.8), {}),
    "small_clip_value": (sgd(lr=0.5), {"clip value": 0.02}),
    "small_clip": (sgd(lr=0.5), {"clip": 0.1}),
    "small_l2": (adam(lr=0.01), {"clip": 1.0, "l2": 0.1}),
    "small_frozen": (sgd(lr=0.1, momentum=0.9), {"frozen": "a."}),
    "own_frozen": (sgd(lr=0.1, momentum=0.9),
                   {"frozen": "a.", "network": own_fixed}),
    "tokens_sgd": (sgd(lr=0.5), {"network": tokens}),
    "tokens_momentum": (sgd(lr=0.5, momentum=0.9), {"network": tokens}),
    "tokens_adam": (adam(lr=0.02), {"network": tokens, "l2": 0.1}),
    "tokens_adamw": (adamw(lr=0.02, weight_decay=0.1), {"network": tokens}),
    "tokens_adagrad": (adagrad(lr=0.1), {"network": tokens}),
    "tokens_rmsprop": (rmsprop(lr=0.02, momentum=0.5), {"network": tokens}),
    "tokens_clip": (sgd(lr=0.5), {"network": tokens, "clip": 0.1}),
    "tokens_clip_value": (
        sgd(lr=0.5), {"network": tokens, "clip value": 0.02, "l2": 0.01}),
    "tokens_frozen": (sgd(lr=0.5), {"network": tokens, "frozen": "e."}),
    "tied_sgd": (sgd(lr=0.5), {"network": tied, "clip": 0.3, "l2": 0.1}),
    "tied_adam": (adam(lr=0.02), {"network": tied}),
    "steps_transformer": (adam(lr=0.01, eps=1e-4), {"network": six_steps}),
    "many_adam": (adam(lr=0.01), {"network": many}),
}
