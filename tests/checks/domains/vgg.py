"""Cases of the whole domain of the questions on VGG, drawn evenly."""

from itertools import pairwise

import numpy as np

from cnnbook.checks import _stages as vgg


def whole(rng, *shape):
    return np.round(rng.normal(0, 2, shape))


def stage(rng):
    N, C_in, C, H, W, depth = (int(n) for n in rng.integers([1, 1, 1, 2, 2, 1], [3, 5, 4, 10, 10, 4]))
    channels = [C_in, *[C] * depth]
    layers = tuple((whole(rng, c, before, 3, 3), np.round(rng.normal(1, 3, c))) for before, c in pairwise(channels))
    return {"x": whole(rng, N, C_in, H, W), "layers": layers}


def stages(rng, most):
    count = int(rng.integers(1, 4))
    channels = [int(c) for c in rng.integers(1, most, count)]
    return count, channels, int(rng.integers(2**count, 2**count + 10))


def counts(rng):
    count, channels, side = stages(rng, 9)
    kernels = [[int(k) for k in rng.choice([1, 3, 3], rng.integers(1, 4))] for _ in range(count)]
    drawn = {"stages": kernels, "channels": channels, "side": side}
    if rng.random() < 0.1:
        return drawn
    return drawn | {"head": tuple(int(n) for n in rng.integers(1, 12, rng.integers(4)))}


def memory(rng):
    count, channels, side = stages(rng, 25)
    depths = [int(n) for n in rng.integers(1, 4, count)]
    return {"depths": depths, "channels": channels, "side": side, "batch": int(rng.choice([1, 1, 2, 3, 5, 8]))}


def dense(rng):
    C, side, hidden, classes, down, across = (int(n) for n in rng.integers([1, 1, 1, 1, 0, 0], [5, 4, 5, 5, 4, 4]))
    return {
        "maps": whole(rng, C, side + down, side + across),
        "fc1": whole(rng, hidden, C * side**2), "fc2": whole(rng, classes, hidden),
    }  # fmt: skip


def design(rng):
    count = int(rng.integers(2, 4))
    channels = [int(c) for c in rng.integers(55, 81) * np.cumprod([1, *rng.choice([1, 1.5, 2, 3, 4], count - 1)])]
    least = vgg.field([1] * count)
    side = int(rng.integers(least - 1, 3 * least))
    best = vgg.macs_of(vgg.cheapest(side, channels), channels, side)
    return {"side": side, "channels": channels, "budget": best + int(best * rng.choice([0, 0.05, 0.3]))}


DOMAINS = {
    "vgg_stage": stage,
    "vgg_counts": counts,
    "vgg_memory": memory,
    "dense_scores": dense,
    "vgg_design": design,
}
