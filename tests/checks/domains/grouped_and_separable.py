"""Cases of the whole domain of the questions on groups, drawn evenly."""

import numpy as np


def array(rng, *shape):
    return np.round(rng.normal(0, 3, shape))


def sizes(rng):
    kernel = rng.integers(1, 4, 2)
    return kernel, kernel + rng.integers(0, 4, 2)


def cost(rng):
    groups = int(rng.integers(1, 7))
    drawn = {"kernel": (1, 8), "output": (1, 30)}
    return {
        "c_in": groups * int(rng.integers(1, 6)),
        "c_out": groups * int(rng.integers(1, 6)),
        **{name: int(rng.integers(*limits)) for name, limits in drawn.items()},
        "groups": groups,
    }


def grouped(rng):
    (kernel, image), (groups, inside, out) = sizes(rng), rng.integers(1, 4, 3)
    return {"x": array(rng, groups * inside, *image), "weight": array(rng, groups * out, inside, *kernel)}


def shuffled(rng):
    groups, channels = rng.integers(1, 6, 2)
    return {"x": array(rng, groups * channels, *rng.integers(1, 5, 2)), "groups": int(groups)}


def depthwise(rng):
    (kernel, image), (c_in, multiplier) = sizes(rng), rng.integers(1, 5, 2)
    return {"x": array(rng, c_in, *image), "weight": array(rng, c_in * multiplier, 1, *kernel)}


def separable(rng):
    drawn = depthwise(rng)
    weight = drawn.pop("weight")
    return drawn | {"depthwise": weight, "pointwise": array(rng, rng.integers(1, 5), len(weight))}


DOMAINS = {
    "grouped_cost": cost,
    "grouped_conv": grouped,
    "shuffle_channels": shuffled,
    "separable_conv": separable,
    "depthwise_conv": depthwise,
}
