"""Convolutions of whole batches and their gradients, for the questions on backpropagation: right ones, and wrong."""

import numpy as np

from ._layers import either


def windows(x, kH, kW):
    """All windows of a batch: (N, C, H_out, W_out, kH, kW)."""
    return np.lib.stride_tricks.sliding_window_view(x, (kH, kW), axis=(2, 3))


def framed(x, padding, after=None):
    """With zeros before and behind the rows and columns of every image."""
    around = (padding, padding if after is None else after)
    return np.pad(x, ((0, 0), (0, 0), around, around))


def inside(x, before, after):
    """Without so many rows and columns before and behind."""
    H, W = x.shape[2:]
    return x[:, :, before : H - after, before : W - after]


def turned(weight):
    return weight[:, :, ::-1, ::-1]


def convolved(x, weight):
    """A convolution without bias and padding: (N, C_out, H_out, W_out)."""
    seen = windows(x, *weight.shape[2:])
    return np.ascontiguousarray(np.tensordot(seen, weight, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2))


def forward(x, weight, bias, padding=0):
    return convolved(framed(x, padding), weight) + bias[:, None, None]


def to_frame(grad_output, weight):
    """Gradient of the padded input: each number of the output's stamps its filter."""
    kH, kW = weight.shape[2:]
    wide = np.pad(grad_output, ((0, 0), (0, 0), (kH - 1, kH - 1), (kW - 1, kW - 1)))
    return convolved(wide, turned(weight).swapaxes(0, 1))


def to_weight(grad_output, x, padding=0):
    seen = windows(framed(x, padding), *grad_output.shape[2:])  # (N, C, kH, kW, H_out, W_out)
    return np.ascontiguousarray(np.tensordot(grad_output, seen, ((0, 2, 3), (0, 4, 5))))


def backward(grad_output, x, weight, padding=0):
    grad_x = np.ascontiguousarray(inside(to_frame(grad_output, weight), padding, padding))
    return grad_x, to_weight(grad_output, x, padding), grad_output.sum((0, 2, 3))


def overwritten(grad_output, weight, x, padding):
    """Gradient of the input, where each stamp takes the place of what was there."""
    (kH, kW), frame = weight.shape[2:], np.zeros_like(framed(x, padding))
    for i, j in np.ndindex(grad_output.shape[2:]):
        frame[:, :, i : i + kH, j : j + kW] = np.tensordot(grad_output[:, :, i, j], weight, 1)
    return inside(frame, padding, padding)


# Differences


def cubes(x, weight):
    """The loss whose gradient is measured."""
    return float((convolved(x, weight) ** 3).sum())


def moved(weight, place, by):
    weight = weight.copy()
    weight[place] += by
    return weight


def differences(x, weight, ahead, behind, over, kept=False):
    """For each weight the loss `ahead` of it, less that `behind` it, divided; with `kept` it stays where it went."""
    found, weight = np.empty_like(weight), weight.copy()
    for place in np.ndindex(weight.shape):
        first, second = moved(weight, place, ahead), moved(weight, place, -behind)
        found[place] = (cubes(x, first) - cubes(x, second)) / over
        weight = second if kept else weight
    return found


# Cases

SINGLE = np.float32
BATCHES = {
    "one_image": lambda N: N == 1,
    "one_channel": lambda C_in: C_in == 1,
    "one_filter": lambda C_out: C_out == 1,
    "square_kernel": lambda kH, kW: kH == kW,
}
SHAPES = BATCHES | {"in_float32": lambda x: x.dtype == SINGLE}


def numbers(*shape, seed=0):
    """Whole numbers without an order, the same each time."""
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(float)


def draw_array(rng, *shape):
    return rng.integers(-3, 4, shape).astype(float)


def draw_layer(rng, single=0.3):
    """A batch, its filters, and a padding smaller than the kernel; in float32 now and then."""
    kH, kW = (either(rng, (1, 4), (2, 6)) for _ in range(2))
    if rng.random() < 0.2:
        kH, kW = kH + 2, kW + 2
    C_in, C_out = (either(rng, (1, 3), (1, 4)) for _ in range(2))
    most = min(kH, kW) - 1
    padding = either(rng, (0, most + 1), (most, most + 1)) if rng.random() < 0.7 else 0
    H, W = (max(1, k - 2 * padding) + either(rng, (0, 3), (0, 5), rare=(5, 8)) for k in (kH, kW))
    N = int(rng.integers(1, 4))
    dtype = SINGLE if rng.random() < single else np.float64
    x, weight = draw_array(rng, N, C_in, H, W).astype(dtype), draw_array(rng, C_out, C_in, kH, kW).astype(dtype)
    return x, weight, padding


def draw_moves(rng):
    """A small batch, a weight and how far to move it."""
    kH, kW = (either(rng, (1, 4), (1, 5)) for _ in range(2))
    N, C_in, C_out = (either(rng, (1, 3), (1, 4)) for _ in range(3))
    if C_out * C_in * kH * kW > 24:
        return None
    H, W = (k + either(rng, (0, 2), (0, 4)) for k in (kH, kW))
    x, weight = draw_array(rng, N, C_in, H, W), draw_array(rng, C_out, C_in, kH, kW)
    return {"x": x, "weight": weight, "step": float(rng.choice([0.125, 0.25, 0.5, 1.0, 2.0]))}
