class Sign(torch.autograd.Function):
    """-1, 0 or 1; its gradient passes where |x| <= 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, d):
        (x,) = ctx.saved_tensors
        return d * (x.abs() <= 1)


class BatchNorm(nn.Module):
    """As PyTorch's, but that its state has no count of batches."""

    def __init__(self, features, eps, momentum):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, x):
        if self.training and x.numel() == len(self.bias):
            return self.single(x)
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight,
                            self.bias, self.training, self.momentum, self.eps)

    def single(self, x):
        """One value a feature, which has no variance."""
        shape = x.shape[1:]
        self.running_mean.lerp_(x.detach().flatten(), self.momentum)
        return (x - x) * self.weight.reshape(shape) + self.bias.reshape(shape)


class Embedding(nn.Embedding):
    """Rows of a table; that of id 0, padding, is zero whatever stands there."""

    def forward(self, ids):
        return super().forward(ids) * (ids > 0).unsqueeze(-1)


def of_class(x, kind):
    """The element of the last axis that the class names."""
    at = kind if kind.dim() == x.dim() else kind.unsqueeze(-1)
    return x.gather(-1, at).reshape(kind.shape)


def surprisal(logits, kind):
    return logits.logsumexp(-1).reshape(kind.shape) - of_class(logits, kind)


def at_class(x, kind):
    return of_class(x, kind)


def hit(x, kind):
    return (x.argmax(-1).reshape(kind.shape) == kind).to(real)


def one_hot(x, kind, shape):
    """x at the place of the last axis that the class names, else 0."""
    flat = torch.zeros(shape).reshape(-1, shape[-1])
    return flat.scatter(1, kind.reshape(-1, 1), x.reshape(-1, 1)).reshape(shape)


def gather(ids, table, least):
    """Rows of a table; zeros for ids below the least."""
    return F.embedding(ids, table) * (ids >= least).unsqueeze(-1)


def over_rows(layer, x, there, state=None):
    """A recurrent layer over those steps of each row that are there, which
    stand together. States wait where there is none; its output is 0 there."""
    n, steps = x.shape[:2]
    there = there.reshape(n, steps).bool()
    first, length = there.int().argmax(1), there.sum(1)
    at = (torch.arange(steps) + first[:, None]) % steps
    back = (torch.arange(steps) - first[:, None]) % steps
    packed = nn.utils.rnn.pack_padded_sequence(
        x.gather(1, at[:, :, None].expand_as(x)), length,
        batch_first=True, enforce_sorted=False)
    y, state = layer(packed, state)
    y, _ = nn.utils.rnn.pad_packed_sequence(
        y, batch_first=True, total_length=steps)
    return y.gather(1, back[:, :, None].expand_as(y)), state
