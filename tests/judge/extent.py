"""Rows of different lengths. `ends` are a pair of numbers for each row: the
step where it begins, and the one behind its last. It has at least one."""
import torch
import torch.nn.functional as F


def of_ids(ids):
    """Of tokens [rows, steps], where 0 at either end is padding."""
    return torch.tensor([(min(on, default=0), max(on, default=0) + 1) for on in
                         (row.nonzero()[:, 0].tolist() for row in ids)])


def clamped(begin, end, steps):
    """At least one step, which lies on the axis."""
    begin = begin.clamp(0, steps - 1)
    return torch.stack([begin, end.clamp(max=steps).maximum(begin + 1)], 1)


def meet(all_ends):
    """Steps that hold in all; None is every step."""
    ends = [e for e in all_ends if e is not None]
    if not ends:
        return None
    begin = torch.stack([e[:, 0] for e in ends]).amax(0)
    end = torch.stack([e[:, 1] for e in ends]).amin(0)
    return torch.stack([begin, end.maximum(begin + 1)], 1)


def part(ends, first, steps):
    """Of so many steps from `first` on."""
    return clamped(ends[:, 0] - first, ends[:, 1] - first, steps)


def lengths(ends, rank):
    """With so many axes."""
    return (ends[:, 1] - ends[:, 0]).reshape(-1, *[1] * (rank - 1))


def there(ends, like, axis):
    """Whether a step holds; they lie along this axis of `like`."""
    shape = [len(ends)] + [1] * (like.dim() - 1)
    begin, end = (e.reshape(shape) for e in ends.unbind(1))
    shape[0], shape[axis] = 1, like.shape[axis]
    at = torch.arange(like.shape[axis]).reshape(shape)
    return (begin <= at) & (at < end)


def lines(x, ends):
    """What each row has, from its beginning."""
    return [y[b:e] for y, (b, e) in zip(x, ends.tolist())]


def placed(rows, begins, steps):
    """Rows at their places, zeros around them."""
    return torch.stack([F.pad(y, (0, 0, b, steps - b - len(y)))
                        for y, b in zip(rows, begins)])


def held(x, ends):
    """All steps that hold, one behind the other."""
    return x if ends is None else torch.cat(lines(x, ends))


def flipped(x, ends):
    return placed([y.flip(0) for y in lines(x, ends)], ends[:, 0].tolist(),
                  x.shape[1])


def behind(values, all_ends):
    """The rows of values one behind the other, and their ends."""
    parts = [x.unbind(0) if e is None else lines(x, e)
             for x, e in zip(values, all_ends)]
    rows = [torch.cat(row) for row in zip(*parts)]
    ends = torch.tensor([(0, len(row)) for row in rows])
    return placed(rows, [0] * len(rows), sum(x.shape[1] for x in values)), ends


def kept(ends, t, now, before):
    """A state after step t: rows that do not have it keep what they had."""
    if ends is None:
        return now
    has = (ends[:, :1] <= t) & (t < ends[:, 1:])
    return now.where(has, before)
