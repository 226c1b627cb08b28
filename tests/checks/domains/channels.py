"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np


def some(rng, *limits):
    return tuple(int(rng.integers(low, high + 1)) for low, high in limits)


def numbers(rng, *shape):
    return np.round(rng.normal(0, 2, shape))


def _fitting(rng, axes, most):
    """Sides of a kernel and of what it fits into, or None."""
    kernel, image = some(rng, *[(1, most)] * axes), some(rng, *[(1, most + 2)] * axes)
    return (kernel, image) if all(k <= n for k, n in zip(kernel, image, strict=True)) else None


def _cost(rng):
    if not (sides := _fitting(rng, 2, 7)):
        return None
    c_in, c_out = some(rng, (1, 9), (1, 9))
    return {"c_in": c_in, "c_out": c_out, "image": sides[1], "kernel": sides[0], "bias": bool(rng.integers(2))}


def _filter(rng):
    if not (sides := _fitting(rng, 2, 3)):
        return None
    (C_in,) = some(rng, (1, 4))
    bias = float(rng.integers(-3, 4)) if rng.integers(2) else 0.0
    return {"x": numbers(rng, C_in, *sides[1]), "weight": numbers(rng, C_in, *sides[0]), "bias": bias}


def _layer(rng):
    if not (sides := _fitting(rng, 2, 3)):
        return None
    C_in, C_out = some(rng, (1, 4), (1, 4))
    shift = rng.choice([0, 0, 20, -10])
    return {
        "x": numbers(rng, C_in, *sides[1]), "weight": numbers(rng, C_out, C_in, *sides[0]),
        "bias": numbers(rng, C_out) + shift,
    }  # fmt: skip


def _video(rng):
    if not (sides := _fitting(rng, 2, 2)) or not (frames := _fitting(rng, 1, 4)):
        return None
    kernel, video = frames[0] + sides[0], frames[1] + sides[1]
    C_in, C_out = some(rng, (1, 3), (1, 3))
    return {"x": numbers(rng, C_in, *video), "weight": numbers(rng, C_out, C_in, *kernel)}


def _weights(rng):
    return {"weight": numbers(rng, *some(rng, *[(1, 5)] * 4))}


def _nhwc(rng):
    if not (sides := _fitting(rng, 2, 2)):
        return None
    N, C_in, C_out = some(rng, (1, 3), (1, 3), (1, 3))
    bias = numbers(rng, C_out) * (rng.random() < 0.8)
    return {"x": numbers(rng, N, *sides[1], C_in), "weight": numbers(rng, *sides[0], C_in, C_out), "bias": bias}


DOMAINS = {
    "layer_cost": _cost,
    "one_filter": _filter,
    "conv_layer": _layer,
    "conv_video": _video,
    "to_tensorflow": _weights,
    "conv_nhwc": _nhwc,
}
