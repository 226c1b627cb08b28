"""What the questions on GoogLeNet are about: the inception module, what it costs, and losses along the way.

Numbers of the cases are whole, or halves, as floats.
"""

import numpy as np

from ._layers import either

# The module


def convolve(x, weight):
    """A convolution of stride 1, padded so that the images keep their size."""
    size = weight.shape[-1]
    if weight.shape[1] != x.shape[1]:  # where one of them is 1, einsum would repeat it
        raise ValueError(f"{x.shape[1]} channels for a kernel of {weight.shape[1]}")
    if size == 1:
        return np.einsum("oc,nchw->nohw", weight[..., 0, 0], x)
    windows = np.lib.stride_tricks.sliding_window_view(padded(x, size // 2), (size, size), (2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, weight)


def padded(x, width, value=0.0):
    return np.pad(x, [(0, 0), (0, 0), (width, width), (width, width)], constant_values=value)


def relu(x):
    return np.maximum(x, 0)


def same(x):
    return x


def pool(x, *, outside=-np.inf, of=np.max):
    """The largest of 3 x 3 pixels, at every pixel."""
    return of(np.lib.stride_tricks.sliding_window_view(padded(x, 1, outside), (3, 3), (2, 3)), (-2, -1))


def branches(
    x, w1, w3_reduce, w3, w5_reduce, w5, w_pool,
    *, reduced=relu, last=relu, projected=relu, pooled=pool, project_first=False,
):  # fmt: skip
    """The four branches; with what stands behind the reductions, at the end of the first three, and of the last."""
    by_pool = pooled(projected(convolve(x, w_pool))) if project_first else projected(convolve(pooled(x), w_pool))
    return [
        last(convolve(x, w1)),
        last(convolve(reduced(convolve(x, w3_reduce)), w3)),
        last(convolve(reduced(convolve(x, w5_reduce)), w5)),
        by_pool,
    ]


def module(*arrays, order=(0, 1, 2, 3), **changes):
    found = branches(*arrays, **changes)
    return np.concatenate([found[place] for place in order], 1)


def draw_module(rng):
    """Small images, reductions of one to three channels, often of as many before the 3x3 as before the 5x5."""
    N, C = either(rng, (1, 2), (1, 4)), either(rng, (1, 4), (1, 3))
    H, W = (either(rng, (1, 4), (1, 6)) for _ in range(2))
    n1, n3, n5, n_pool, r3 = rng.integers(1, 4, 5)
    r5 = r3 if rng.random() < 0.4 else rng.integers(1, 4)
    shapes = [(n1, C, 1, 1), (r3, C, 1, 1), (n3, r3, 3, 3), (r5, C, 1, 1), (n5, r5, 5, 5), (n_pool, C, 1, 1)]
    x = rng.integers(-4, 5, (N, C, H, W)).astype(float)
    if rng.random() < 0.2:
        x = -abs(x) - 1
    elif rng.random() < 0.15:
        x = x + x[..., ::-1, ::-1]
    return x, *(rng.integers(-2, 3, shape).astype(float) for shape in shapes)


# What it costs


def cost(
    c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced=True,
    *, nine=9, twenty_five=25, reads_all=False, proj=None,
):  # fmt: skip
    """Channels that come out, parameters and MACs; with other counts of the taps."""
    if reduced:
        before3, before5 = (c_in, c_in) if reads_all else (n3x3_reduce, n5x5_reduce)
        weights = c_in * (n1x1 + n3x3_reduce + n5x5_reduce + pool_proj) + nine * before3 * n3x3
        weights += twenty_five * before5 * n5x5
        filters = n1x1 + n3x3_reduce + n3x3 + n5x5_reduce + n5x5 + pool_proj
        return n1x1 + n3x3 + n5x5 + pool_proj, weights + filters, weights * side**2
    proj = proj or 0
    weights, filters = c_in * (n1x1 + nine * n3x3 + twenty_five * n5x5 + proj), n1x1 + n3x3 + n5x5
    return filters + (proj or c_in), weights + filters + proj, weights * side**2


def draw_widths(rng):
    """Widths of a module, most of them small, now and then as large as real ones."""
    if rng.random() < 0.1:
        names = ["n1x1", "n3x3_reduce", "n3x3", "n5x5_reduce", "n5x5", "pool_proj"]
        real = {name: 8 * int(rng.integers(1, 30)) for name in names}
        return {"c_in": 16 * int(rng.integers(4, 50)), "side": int(rng.choice([7, 14, 28]))} | real
    names = ["c_in", "side", "n1x1", "n3x3_reduce", "n3x3", "n5x5_reduce", "n5x5", "pool_proj"]
    return {name: either(rng, (1, 4), (1, 6), (2, 12)) for name in names}


# Reductions under a budget


def prices(c_in, side, n1x1, n3x3, n5x5, pool_proj):
    """MACs of what has no reduction, and of each channel before the 3x3 and before the 5x5."""
    return side**2 * c_in * (n1x1 + pool_proj), side**2 * (c_in + 9 * n3x3), side**2 * (c_in + 25 * n5x5)


def chosen(fixed, price3, price5, budget):
    """As many channels before the 3x3 as one before the 5x5 leaves money for, then what else fits."""
    n3 = (budget - fixed - price5) // price3
    if n3 < 1:
        return None
    return n3, 1 + (budget - fixed - price5 - n3 * price3) // price5


# The loss with helpers


def stages_of(x, stages):
    """What comes out of each stage: a matrix and a ReLU."""
    found = []
    for weight in stages:
        x = relu(x @ weight.T)
        found.append(x)
    return found


def cross_entropy(logits, labels):
    shifted = logits - logits.max(1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(labels)), labels]).mean())


def losses(x, stages, heads, labels, *, order=(2, 0, 1)):
    """Of the end, of the first helper and of the second, each by its head."""
    seen = stages_of(x, stages)
    return [cross_entropy(seen[place] @ head.T, labels) for place, head in zip(order, heads, strict=True)]


def faulty(*, exchanged=False, whole=False, always=False):
    """The loss with faults: the helpers' heads exchanged, the factor on the end's loss too, helpers in evaluation."""

    def answer(x, stages, heads, labels, *, training=True):
        heads = heads[[0, 2, 1]] if exchanged else heads
        end, first, second = losses(x, stages, heads, labels)
        if not (training or always):
            return end
        return 0.3 * (end + first + second) if whole else end + 0.3 * (first + second)

    return answer


def draw_losses(rng):
    """Whole numbers and halves, so small that no exponential is too large."""
    N, C, K = either(rng, (1, 2), (1, 4), (2, 6)), either(rng, (1, 4), (2, 6)), either(rng, (2, 4), (2, 6))
    x = rng.integers(0, 3, (N, C)) * 1.0
    stages, heads = (rng.integers(-1, 2, (3, many, C)) / 2 for many in (C, K))
    stages[rng.random(stages.shape) < 0.3] = 0.5  # else most units are off
    stages, heads = ((a + a[:, ::-1, ::-1]) / 2 if rng.random() < 0.1 else a for a in (stages, heads))
    return {"x": x, "stages": stages, "heads": heads, "labels": rng.integers(0, K, N)}


# Maps of classes


def maps_of(maps, weight, bias):
    return np.einsum("kc,chw->khw", weight, maps) + bias[:, None, None]
