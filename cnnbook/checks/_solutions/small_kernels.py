"""Solutions of the questions on small kernels, as `solutions/small_kernels.ipynb` has them."""

import numpy as np


def receptive_field(layers):
    """Size and jump of the receptive field of a unit of the last layer.

    receptive_field([(3, 2, 0, 1), (3, 1, 0, 1)]) is (7, 2).
    """
    size, jump = 1, 1
    for kernel, stride, _, dilation in layers:
        size += dilation * (kernel - 1) * jump
        jump *= stride
    return size, jump


def seen_pixels(layers, unit, size):
    """First and last pixel of an image of `size` pixels that a unit sees.

    seen_pixels([(3, 1, 1, 1)], 0, 7) is (0, 1).
    """
    field, _ = receptive_field(layers)
    start, jump = 0, 1
    for _, stride, padding, _ in layers:
        start -= padding * jump
        jump *= stride
    start += unit * jump
    return max(0, start), min(size - 1, start + field - 1)


def seen_together(layers, units):
    """Pixels from the first to the last that neighbouring units see together.

    seen_together([(3, 2, 0, 1), (3, 1, 0, 1)], 2) is 9.
    """
    pixels = units
    for kernel, stride, _, dilation in reversed(layers):
        span = dilation * (kernel - 1) + 1
        pixels = (pixels - 1) * stride + span
    return pixels


def stack_cost(kernels, channels, size):
    """Weights and MACs of a stack on maps of size x size.

    stack_cost([3, 5], [2, 4, 3], 10) is (372, 37200).
    """
    weights = 0
    for i, kernel in enumerate(kernels):
        weights += kernel**2 * channels[i] * channels[i + 1]
    return weights, weights * size**2


def cheapest_stack(field, c_in, c):
    """First kernel and number of layers of the cheapest stack that sees `field` pixels.

    cheapest_stack(7, 64, 64) is (3, 3).
    """

    def layers(first):
        return 1 + (field - first) // 2

    def weights(first):
        kernels = [first] + [3] * (layers(first) - 1)
        return stack_cost(kernels, [c_in] + [c] * len(kernels), 1)[0]

    first = min(range(3, field + 1, 2), key=weights)
    return first, layers(first)


def influence(layers):
    """Share of all paths to a unit that start at each pixel of its field: an array.

    influence([(2, 3, 0, 1), (2, 1, 0, 1)])[2] is 0: between two windows.
    """
    counts, jump = np.ones(1), 1
    for kernel, stride, _, dilation in layers:
        step = dilation * jump
        taps = np.zeros(step * (kernel - 1) + 1)
        taps[::step] = 1
        counts = np.convolve(counts, taps)
        jump *= stride
    return counts / counts.sum()
