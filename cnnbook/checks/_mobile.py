"""Blocks of MobileNet v2 and Xception, and what they cost, for the questions on them: right ones, and what goes wrong.

One image (C, H, W). Depthwise kernels are (C, 3, 3) with padding 1, matrices of a 1x1 (C_out, C_in). Batch norm is
folded into weights and biases. Numbers of the cases are whole, as floats.
"""

import functools

import numpy as np

TABLE = (  # t, c, n, s: as in cnnbook.models.mobilenet, which needs PyTorch
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip
LEAST, MOST = 0.35, 1.4  # widths of a design
WIDTHS = [round(0.05 * n, 2) for n in range(7, 29)]


def multiple_of_8(channels):
    """The nearest multiple of 8, at least 8, and not more than a tenth below `channels`."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def relu(x):
    return np.maximum(x, 0)


def relu6(x):
    return np.clip(x, 0, 6)


def linear(x):
    return x


def mix(x, matrix, bias):
    return np.einsum("oc,cij->oij", matrix, x) + bias[:, None, None]


def filtered(x, kernels, *, stride=1, first=0, padded=True):
    """Each channel by its own kernel; `first` is where the strides begin."""
    x = np.pad(x, [(0, 0), (1, 1), (1, 1)]) if padded else x
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    return np.einsum("cijab,cab->cij", windows[:, first::stride, first::stride], kernels)


# What comes through a ReLU


def left(x, weight, *, passes=lambda y: y > 0, rank=np.linalg.matrix_rank):
    """At each pixel, how many independent equations the channels are that let something through."""
    on = passes(np.einsum("nc,cij->nij", weight, x))
    patterns = {tuple(column): rank(weight[list(column)]) if any(column) else 0 for column in on.reshape(len(on), -1).T}
    return np.array([patterns[tuple(column)] for column in on.reshape(len(on), -1).T], int).reshape(x.shape[1:])


# The inverted residual


def residual(
    x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, stride, *, wide=relu6, between=relu6,
    narrow=linear, end=linear, joined="right", first=0, early=False, pad_early=False,
):  # fmt: skip
    """With some of its faults: other activations, a shortcut in other places, the stride or the padding too early."""
    given = np.pad(x, [(0, 0), (1, 1), (1, 1)]) if pad_early else x
    given = given[:, ::stride, ::stride] if early else given
    y = wide(mix(given, expand, expand_bias))
    y = filtered(y, depthwise, stride=1 if early else stride, first=first * (stride - 1), padded=not pad_early)
    y = narrow(mix(between(y + depthwise_bias[:, None, None]), project, project_bias))
    fits = {"right": stride == 1 and len(x) == len(y), "never": False, "stride 1": stride == 1,
            "channels": len(x) == len(y), "shape": x.shape == y.shape}[joined]  # fmt: skip
    return end(x[:, ::stride, ::stride] + y if fits else y)


# A block of Xception's middle flow


def middle(x, depthwise, pointwise, bias, *, cut=False, between=False, late=False, once=False, joined=True):
    """With some of its faults: a ReLU before the shortcut leaves, between the parts, or behind each layer."""
    y = x = relu(x) if cut else x
    for number, (kernels, matrix, shift) in enumerate(zip(depthwise, pointwise, bias, strict=True)):
        y = relu(y) if number == 0 or not (late or once) else y
        y = filtered(y, kernels)
        y = mix(relu(y) if between else y, matrix, shift)
        y = relu(y) if late else y
    return x + y if joined else y


# What MobileNet v2 costs


def cost(
    stages, side, width=1.0, *, rounded=multiple_of_8, last=lambda width: max(1.0, width),
    halved=lambda size: -(-size // 2), expands_first=False, late=False, every=False, of_output=False, taps=9,
    ordinary=False, parts="cepdlf",
):  # fmt: skip
    """MACs of the whole network; `parts` has the letters of what is counted."""
    c, size = rounded(32 * width), halved(side)
    total = 27 * c * size**2 * ("c" in parts)
    for t, channels, repeats, stride in stages:
        c_out = rounded(channels * width)
        for repeat in range(repeats):
            wide, before = t * (c_out if of_output else c), size
            size = halved(size) if stride == 2 and (every or repeat == 0) else size
            if (t > 1 or expands_first) and "e" in parts:
                total += c * wide * (size if late else before) ** 2
            total += wide * taps * (wide if ordinary else 1) * size**2 * ("d" in parts)
            total += wide * c_out * size**2 * ("p" in parts)
            c = c_out
    features = rounded(1280 * last(width))
    return total + c * features * size**2 * ("l" in parts) + 1000 * features * ("f" in parts)


@functools.cache
def design(width, side):
    """MACs of the published network, and the numbers in its largest map: the wide part of the second block."""
    return cost(TABLE, side, width), 6 * multiple_of_8(16 * width) * (side // 2) ** 2


def designs(sides, budget=np.inf, least=0, largest_map=np.inf, widths=WIDTHS):
    """All that meet the demands, the most expensive first."""
    pairs = ((*design(width, side), width, side) for side in sides for width in widths)
    fitting = [pair for pair in pairs if least <= pair[0] <= budget and pair[1] <= largest_map]
    return [(width, side) for _, _, width, side in sorted(fitting, reverse=True)]
