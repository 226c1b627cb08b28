"""What the questions on Inception v2 to v4 are about: a grid halved, pairs of kernels, smooth labels, designs."""

import numpy as np

# A grid, halved


def windows(x, size, step=2):
    """Windows of size x size pixels: (N, C, H_out, W_out, size, size)."""
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), (2, 3))[:, :, ::step, ::step]


def convolved(x, weight, step=2):
    if weight.shape[1] != x.shape[1]:  # where one of them is 1, einsum would repeat it
        raise ValueError(f"{x.shape[1]} channels for a kernel of {weight.shape[1]}")
    return np.einsum("nchwij,ocij->nohw", windows(x, weight.shape[-1], step), weight)


def relu(x):
    return np.maximum(x, 0)


def same(x):
    return x


def largest(x, size):
    return windows(x, size).max((4, 5))


def halved(x, weight, *, behind=relu, before=same, pooled=largest, passed=same, order=(0, 1)):
    """A strided convolution beside a pool; with what stands behind and before the first, and behind the second."""
    found = behind(convolved(before(x), weight)), passed(pooled(x, weight.shape[-1]))
    return np.concatenate([found[place] for place in order], 1)


def pooled_first(x, weight):
    """The pool, and behind it a convolution of stride 1 that keeps the size, beside what the pool made."""
    pool, size = largest(x, weight.shape[-1]), weight.shape[-1]
    sides = [((size - 1) // 2, size // 2)] * 2
    return np.concatenate([relu(convolved(np.pad(pool, [(0, 0), (0, 0), *sides]), weight, 1)), pool], 1)


# Smooth labels


def smoothed(logits, labels, smoothing, *, own=None, other=None, hard=False, summed=False, by=None):
    """Loss and gradient; with other targets, hard labels in the loss, or another divisor of the gradient."""
    N, K = logits.shape
    images = np.arange(N)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    q = np.full((N, K), smoothing / K if other is None else other(smoothing, K), logits.dtype)
    q[images, labels] = 1 - smoothing + smoothing / K if own is None else own(smoothing, K)
    losses = -np.log(p[images, labels]) if hard else -(q * np.log(p)).sum(1)
    return losses.mean(), (p - q) / (1 if summed else N if by is None else by(N, K))


def counted_twice(smoothing, K):
    return 1 + smoothing / K


# Designs: layers (kH, kW, channels), one behind the other


def weights_of(layers, c_in):
    total = 0
    for kH, kW, channels in layers:
        total, c_in = total + kH * kW * c_in * channels, channels
    return total


def designs(n, c_in, c_out, least):
    """One kernel, and a pair with as few channels between as are allowed."""
    return [(n, n, c_out)], [(1, n, least), (n, 1, c_out)]


def cheapest(n, c_in, c_out, least):
    return min(designs(n, c_in, c_out, least), key=lambda layers: weights_of(layers, c_in))


def first_within(n, c_in, c_out, least, budget):
    """The one kernel where the budget allows it, else the pair."""
    one, pair = designs(n, c_in, c_out, least)
    return one if weights_of(one, c_in) <= budget else pair
