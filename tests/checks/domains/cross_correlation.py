"""Cases of the whole domain of the questions on cross-correlation, drawn evenly."""

import numpy as np


def matrix(rng, rows, columns):
    return np.round(rng.normal(0, 3, (rows, columns)))


def pair(rng):
    kernel, image = rng.integers(1, 6, 2), rng.integers(1, 9, 2)
    if (kernel > image).any():
        return None
    return {"image": matrix(rng, *image), "kernel": matrix(rng, *kernel)}


def with_option(name, values):
    def draw(rng):
        drawn = pair(rng)
        return drawn and drawn | {name: rng.choice(values).item()}

    return draw


def image(rng):
    drawn = matrix(rng, *rng.integers(3, 9, 2))
    kind = rng.integers(5)
    return {"image": drawn[:1] + 0 * drawn if kind == 0 else drawn[:, :1] + 0 * drawn if kind == 1 else drawn}


def gradient(rng):
    drawn = pair(rng)
    return drawn and {"image": drawn["image"], "grad_output": drawn["kernel"]}


DOMAINS = {
    "cross_correlate": with_option("bias", [0.0, 0.0, 1.0, -2.0, 5.0]),
    "convolve": with_option("full", [False, True]),
    "edges": image,
    "kernel_gradient": gradient,
    "strided_correlate": with_option("stride", [1, 1, 2, 3, 4]),
}
