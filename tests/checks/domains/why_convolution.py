"""Cases of the whole domain of the questions on why convolution, drawn evenly."""

import numpy as np


def matrix(rng, *shape):
    return np.round(rng.normal(0, 3, shape))


def sizes(rng, most=7):
    kernel, size = rng.integers(1, 5, 2), rng.integers(1, most + 1, 2)
    return None if (kernel > size).any() else (tuple(kernel.tolist()), tuple(size.tolist()))


def with_sizes(draw, most=7):
    def drawing(rng):
        drawn = sizes(rng, most)
        return drawn and draw(rng, *drawn)

    return drawing


@with_sizes
def layer(rng, kernel, size):
    kinds = ["fully connected", "locally connected", "convolution"]
    channels = {name: int(rng.integers(1, 8)) for name in ("c_in", "c_out")}
    kind, bias = str(rng.choice(kinds)), bool(rng.integers(2))
    return channels | {"size": size, "kernel": kernel, "layer": kind, "bias": bias}


@with_sizes
def kernel_and_size(rng, kernel, size):
    return {"kernel": matrix(rng, *kernel), "size": size}


@with_sizes
def strided(rng, kernel, size):
    return {"kernel": matrix(rng, *kernel), "size": size, "stride": int(rng.integers(1, 5))}


@with_sizes
def local(rng, kernel, size):
    places = [size[axis] - kernel[axis] + 1 for axis in (0, 1)]
    weights = matrix(rng, *places, *kernel)
    if rng.integers(4) == 0:
        weights[:] = weights[:1, :1]
    bias = matrix(rng, *places) * (rng.integers(4) > 0)
    return {"image": matrix(rng, *size), "weights": weights, "bias": bias}


@with_sizes
def shuffled(rng, kernel, size):
    order = np.arange(size[0] * size[1])
    kind = rng.integers(5)
    if kind > 1:
        order = rng.permutation(order)
    elif kind == 1:
        order = order[::-1].copy()
    return {"shuffled": matrix(rng, *size), "kernel": matrix(rng, *kernel), "order": order}


def on_a_ring(rng):
    n = int(rng.integers(1, 8))
    weights = matrix(rng, n, n)
    if rng.integers(2):
        weights = np.array([[weights[(row - column) % n, 0] for column in range(n)] for row in range(n)])
    if rng.integers(2):
        weights[rng.integers(n), rng.integers(n)] -= rng.integers(4)
    shift = int(rng.integers(-9, 10)) or n
    return {"matrix": weights, "shift": shift}


DOMAINS = {
    "parameters": layer,
    "convolution_matrix": kernel_and_size,
    "locally_connected": local,
    "convolve_shuffled": shuffled,
    "shift_gap": on_a_ring,
    "strided_matrix": strided,
}
