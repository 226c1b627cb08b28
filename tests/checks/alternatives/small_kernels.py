"""Right answers to the questions on small kernels that go other ways than the reference: by tracing, search, NumPy."""

import itertools
import math
from collections import Counter

import numpy as np
import torch

from cnnbook import arithmetic


def below(layer, units):
    """The units of the layer below that these units look at, padding counted from -padding."""
    kernel, stride, padding, dilation = layer
    return {unit * stride - padding + tap * dilation for unit in units for tap in range(kernel)}


def traced(layers, units):
    for layer in reversed(layers):
        units = below(layer, units)
    return units


def jump_of(layers):
    return math.prod(layer[1] for layer in layers)


def field_traced(layers):
    seen = traced(layers, {0})
    return max(seen) - min(seen) + 1, min(traced(layers, {1})) - min(seen)


def field_as_a_sum(layers):
    jumps = [1, *itertools.accumulate((layer[1] for layer in layers), lambda one, other: one * other)]
    return 1 + sum(d * (k - 1) * j for (k, _, _, d), j in zip(layers, jumps, strict=False)), jumps[-1]


def field_from_the_top(layers):
    size = 1
    for kernel, stride, _, dilation in layers[::-1]:
        size = (size - 1) * stride + dilation * (kernel - 1) + 1
    return size, np.prod([layer[1] for layer in layers])


def field_by_recursion(layers):
    if not layers:
        return (1, 1)
    (kernel, stride, _, dilation), (size, jump) = layers[0], field_by_recursion(layers[1:])
    return (size - 1) * stride + dilation * (kernel - 1) + 1, jump * stride


def field_of_the_package(layers):
    found = arithmetic.receptive_field(layers)
    return found.size, found.jump


def pixels_by_steps(layers, unit, size):
    first = last = unit
    for kernel, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel - 1)
    return max(first, 0), min(last, size - 1)


def pixels_of_the_package(layers, unit, size):
    found = arithmetic.receptive_field(layers)
    first = found.start + unit * found.jump
    inside = [place for place in range(first, first + found.size) if 0 <= place < size]
    return inside[0], inside[-1]


def pixels_in_numpy(layers, unit, size):
    padding = sum(layer[2] * jump_of(layers[:number]) for number, layer in enumerate(layers))
    first = unit * jump_of(layers) - padding
    return tuple(np.clip([first, first + field_as_a_sum(layers)[0] - 1], 0, size - 1))


def pixels_with_ranges(layers, unit, size):
    start, jump, reach = 0, 1, 0
    for kernel, stride, padding, dilation in layers:
        start, reach, jump = start - padding * jump, reach + dilation * (kernel - 1) * jump, jump * stride
    image = range(size)[max(0, start + unit * jump) : start + unit * jump + reach + 1]
    return image[0], image[-1]


def pixels_traced(layers, unit, size):
    sizes = [size]
    for kernel, stride, padding, dilation in layers:
        sizes.append((sizes[-1] + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1)
    seen = {unit}
    for layer, below_it in zip(layers[::-1], sizes[-2::-1], strict=True):
        seen = {place for place in below(layer, seen) if 0 <= place < below_it}  # all others are padding
    return min(seen), max(seen)


def pixels_with_a_gradient(layers, unit, size):
    x = torch.zeros(1, 1, size, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, padding, dilation in layers:
        y = torch.conv1d(y, torch.ones(1, 1, kernel, dtype=torch.float64), None, stride, padding, dilation)
    y[0, 0, unit].backward()
    pixels = x.grad[0, 0].nonzero()
    return pixels.min().item(), pixels.max().item()


def together_from_the_field(layers, units):
    size, jump = field_as_a_sum(layers)
    return size + (units - 1) * jump


def together_traced(layers, units):
    seen = traced(layers, set(range(units)))
    return 1 + max(seen) - min(seen)


def together_by_recursion(layers, units):
    if not layers:
        return units
    *others, (kernel, stride, _, dilation) = layers
    return together_by_recursion(others, 1 + (units - 1) * stride + (kernel - 1) * dilation)


def cost_in_numpy(kernels, channels, size):
    weights = np.sum(np.square(kernels) * channels[:-1] * np.array(channels[1:]))
    return weights, weights * size * size


def cost_of_the_package(kernels, channels, size):
    layers = [*zip(channels, channels[1:], kernels, strict=False)]
    return (
        sum(arithmetic.conv_parameters(*layer, bias=False) for layer in layers),
        sum(arithmetic.conv_macs(*layer, size) for layer in layers),
    )


def cost_by_recursion(kernels, channels, size):
    if len(kernels) == 0:
        return 0, 0
    (kernel, *kernels), (c_in, c_out, *others) = kernels, channels
    weights, macs = cost_by_recursion(kernels, [c_out, *others], size)
    own = math.prod((kernel, kernel, c_in, c_out))
    return weights + own, macs + own * size * size


def cheapest_by_a_table(field, c_in, c):
    table = [(k * k * c_in * c + 9 * c * c * ((field - k) // 2), k) for k in range(3, field + 1, 2)]
    _, first = sorted(table)[0]
    return first, (field - first) // 2 + 1


def cheapest_downhill(field, c_in, c):
    first = 3
    while first + 2 <= field and ((first + 2) ** 2 - first**2) * c_in < 9 * c:  # costlier kernel, one 3x3 less
        first += 2
    return first, (field - first + 2) // 2


def cheapest_of_all_stacks(field, c_in, c):
    best = None
    for first in range(3, field + 1, 2):
        kernels = [first]
        while 1 + sum(kernel - 1 for kernel in kernels) < field:
            kernels.append(3)
        weights = cost_in_numpy(kernels, [c_in] + [c] * len(kernels), 1)[0]
        if best is None or weights < best[0]:
            best = weights, first, len(kernels)
    return best[1:]


def cheapest_in_numpy(field, c_in, c):
    firsts = np.arange(3, field + 1, 2)
    first = firsts[np.argmin(firsts**2 * c_in + 9 * c * (field - firsts) // 2)]
    return first, (field - first) // 2 + 1


def influence_by_counting(layers):
    jumps = [jump_of(layers[:number]) for number in range(len(layers))]
    taps = [range(0, k * d * j, d * j) for (k, _, _, d), j in zip(layers, jumps, strict=True)]
    counts = Counter(map(sum, itertools.product(*taps)))
    return np.array([counts[place] for place in range(max(counts) + 1)]) / counts.total()


def influence_in_loops(layers):
    share, jump = np.array([1.0]), 1
    for kernel, stride, _, dilation in layers:
        wider = np.zeros(len(share) + dilation * (kernel - 1) * jump)
        for tap in range(kernel):
            start = tap * dilation * jump
            wider[start : start + len(share)] += share / kernel
        share, jump = wider, jump * stride
    return share


def influence_from_the_top(layers):
    paths = {0: 1}
    for kernel, stride, _, dilation in reversed(layers):
        deeper = Counter()
        for unit, count in paths.items():
            for tap in range(kernel):
                deeper[unit * stride + tap * dilation] += count
        paths = deeper
    found = np.zeros(max(paths) + 1)
    found[list(paths)] = list(paths.values())
    return found / found.sum()


def influence_as_polynomials(layers):
    product, jump = np.polynomial.Polynomial([1.0]), 1
    for kernel, stride, _, dilation in layers:
        product *= np.polynomial.Polynomial(
            [1.0 * (n % (dilation * jump) == 0) for n in range(dilation * jump * (kernel - 1) + 1)]
        )
        jump *= stride
    return product.coef / product(1)


ALTERNATIVES = {
    "receptive_field": [
        field_traced, field_as_a_sum, field_from_the_top, field_by_recursion, field_of_the_package,
        lambda s: (1 + sum(d * (k - 1) * jump_of(s[:n]) for n, (k, _, _, d) in enumerate(s)), jump_of(s)),
    ],
    "seen_pixels": [
        pixels_by_steps, pixels_of_the_package, pixels_in_numpy, pixels_with_ranges, pixels_traced,
        pixels_with_a_gradient,
    ],
    "seen_together": [together_from_the_field, together_traced, together_by_recursion],
    "stack_cost": [cost_in_numpy, cost_of_the_package, cost_by_recursion],
    "cheapest_stack": [cheapest_by_a_table, cheapest_downhill, cheapest_of_all_stacks, cheapest_in_numpy],
    "influence": [influence_by_counting, influence_in_loops, influence_from_the_top, influence_as_polynomials],
}  # fmt: skip
