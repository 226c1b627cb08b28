"""Plausible wrong answers to the questions on small kernels, and which known mistake each may be called: none, mostly.

Half of them are right but for one region.
"""

import math

import numpy as np


def field(layers):
    size, jump = 1, 1
    for kernel, stride, _, dilation in layers:
        size, jump = size + dilation * (kernel - 1) * jump, jump * stride
    return size, jump


def change(layers, kernel=None, stride=None, padding=None, dilation=None):
    """The layers with some entries changed: each a function of the entry."""
    changes = (kernel, stride, padding, dilation)
    return [
        tuple(entry if how is None else how(entry) for entry, how in zip(layer, changes, strict=True))
        for layer in layers
    ]


def at_most(limit):
    return lambda entry: min(entry, limit)


def at_least(limit):
    return lambda entry: max(entry, limit)


def odd(kernel):
    return kernel - (kernel % 2 == 0)


def one(_):
    return 1


def none(_):
    return 0


def strided_below(layers):
    return any(layer[1] > 1 for layer in layers[:-1])


def dilated(layers):
    return any(layer[3] > 1 and layer[0] > 1 for layer in layers)


# What all questions on stacks have in common: the right answer to another stack

STACKS = {
    "kernels up to 3": lambda s: change(s, kernel=at_most(3)),
    "kernels up to 4": lambda s: change(s, kernel=at_most(4)),
    "kernels of two taps at least": lambda s: change(s, kernel=at_least(2)),
    "even kernels one smaller": lambda s: change(s, kernel=odd),
    "even kernels one larger": lambda s: change(s, kernel=lambda k: k + (k % 2 == 0)),
    "strides up to 2": lambda s: change(s, stride=at_most(2)),
    "strides of two at least": lambda s: change(s, stride=at_least(2)),
    "strides never above the kernel": lambda s: [(k, min(s, k), p, d) for k, s, p, d in s],
    "dilations up to 2": lambda s: change(s, dilation=at_most(2)),
    "dilation one more": lambda s: change(s, dilation=lambda d: d + 1),
    "dilation of the last layer alone": lambda s: change(s[:-1], dilation=one) + s[-1:],
    "dilation of the first layer alone": lambda s: s[:1] + change(s[1:], dilation=one),
    "stride of the first layer alone": lambda s: s[:1] + change(s[1:], stride=one),
    "no stride with dilation": lambda s: [(k, 1 if d > 1 else s, p, d) for k, s, p, d in s],
    "three layers at most": lambda s: s[:3],
    "two layers at most": lambda s: s[:2],
    "first layer alone": lambda s: s[:1],
    "last layer alone": lambda s: s[-1:],
    "last layer left out": lambda s: s[:-1] or s,
    "first layer left out": lambda s: s[1:] or s,
    "first layer twice": lambda s: s[:1] + s,
    "first layer everywhere": lambda s: s[:1] * len(s),
    "reversed where strided": lambda s: s[::-1] if strided_below(s) else s,
    "equal layers counted once": lambda s: list(dict.fromkeys(s)),
}
FIELDS = {
    **{name: (lambda s, other=other: field(other(s)), "") for name, other in STACKS.items()},
    "from the top": (lambda s: field(s[::-1]), "layers_from_the_top"),
    "no dilation": (lambda s: field(change(s, dilation=one)), "dilation_left_out"),
    "no strides": (lambda s: field(change(s, stride=one)), ""),
    "no strides in the size": (lambda s: (field(change(s, stride=one))[0], field(s)[1]), "strides_left_out"),
    "always odd": (lambda s: (field(s)[0] | 1, field(s)[1]), ""),
    "padding taken away": (lambda s: (max(1, field(s)[0] - sum(p for _, _, p, _ in s)), field(s)[1]), ""),
    "padding added": (lambda s: (field(s)[0] + 2 * sum(p for _, _, p, _ in s), field(s)[1]), ""),
    "one too small": (lambda s: (field(s)[0] - 1, field(s)[1]), "first_pixel_forgotten"),
    "one too large": (lambda s: (field(s)[0] + 1, field(s)[1]), ""),
    "exchanged": (lambda s: field(s)[::-1], ""),
    "jump of the last layer": (lambda s: (field(s)[0], s[-1][1]), ""),
    "jump of the largest stride": (lambda s: (field(s)[0], max(layer[1] for layer in s)), ""),
    "jump 1 where one layer": (lambda s: (field(s)[0], 1 if len(s) == 1 else field(s)[1]), ""),
    "jump up to 8": (lambda s: (field(s)[0], min(8, field(s)[1])), ""),
    "jump without the last stride": (lambda s: (field(s)[0], field(s[:-1])[1]), "last_stride_not_in_the_jump"),
    "sum of kernels": (lambda s: (sum(layer[0] for layer in s), field(s)[1]), "kernels_added"),
    "sum of windows": (lambda s: (sum(d * (k - 1) + 1 for k, _, _, d in s), field(s)[1]), "windows_added"),
    "a pixel a layer": (lambda s: (field(s)[0] + len(s) - 1, field(s)[1]), "a_pixel_for_each_layer"),
    "last stride in the size": (
        lambda s: (field([*s[:-1], (1, *s[-1][1:])])[0] + (s[-1][0] - 1) * s[-1][3] * field(s)[1], field(s)[1]),
        "last_stride_in_the_size",
    ),
    "product of kernels": (lambda s: (math.prod(layer[0] for layer in s), field(s)[1]), ""),
}


# One unit: of first and last place, not clipped, and the image's size


def place(layers, unit):
    start, jump = 0, 1
    for _, stride, padding, _ in layers:
        start, jump = start - padding * jump, jump * stride
    return start + unit * jump, start + unit * jump + field(layers)[0] - 1


def clip(pair, size):
    return max(0, pair[0]), min(size - 1, pair[1])


def seen(layers, unit, size):
    return clip(place(layers, unit), size)


PIXELS = {
    **{name: (lambda s, u, n, other=other: seen(other(s), u, n), "") for name, other in STACKS.items()
       if name != "three layers at most"},
    "raw": (lambda s, u, n: place(s, u), "not_clipped"),
    "clipped on the left alone": (lambda s, u, n: (max(0, place(s, u)[0]), place(s, u)[1]), "not_clipped"),
    "clipped on the right alone": (lambda s, u, n: (place(s, u)[0], min(n - 1, place(s, u)[1])), ""),
    "no padding": (lambda s, u, n: seen(change(s, padding=none), u, n), "padding_left_out"),
    "padding up to 1": (lambda s, u, n: seen(change(s, padding=at_most(1)), u, n), ""),
    "padding of the first": (lambda s, u, n: seen(s[:1] + change(s[1:], padding=none), u, n), "first_padding_only"),
    "padding of the last": (lambda s, u, n: seen(change(s[:-1], padding=none) + s[-1:], u, n), ""),
    "padding twice": (lambda s, u, n: seen(change(s, padding=lambda p: 2 * p), u, n), "padding_counted_twice"),
    "half a kernel of padding": (lambda s, u, n: seen([(k, t, k // 2, d) for k, t, _, d in s], u, n), ""),
    "unit from one": (lambda s, u, n: seen(s, u - 1, n), "units_counted_from_one"),
    "next unit": (lambda s, u, n: seen(s, u + 1, n), ""),
    "unit 0": (lambda s, u, n: seen(s, 0, n), ""),
    "end open": (lambda s, u, n: (seen(s, u, n)[0], seen(s, u, n)[1] + 1), "one_behind_the_last"),
    "no dilation": (lambda s, u, n: seen(change(s, dilation=one), u, n), ""),
    "from the top": (lambda s, u, n: seen(s[::-1], u, n), ""),
    "the whole image": (lambda s, u, n: (0, n - 1), ""),
    "whole image where clipped": (lambda s, u, n: (0, n - 1) if place(s, u) != seen(s, u, n) else seen(s, u, n), ""),
    "first and size": (lambda s, u, n: (seen(s, u, n)[0], 1 + seen(s, u, n)[1] - seen(s, u, n)[0]), ""),
    "reversed": (lambda s, u, n: seen(s, u, n)[::-1], ""),
    "pixels from one": (lambda s, u, n: (seen(s, u, n)[0] + 1, seen(s, u, n)[1] + 1), ""),
    "a stride a unit": (lambda s, u, n: clip([e + u * s[-1][1] for e in place(s, 0)], n), "last_stride_for_the_jump"),
}  # fmt: skip


# Several units


def needed(layers, units):
    for kernel, stride, _, dilation in layers[::-1]:
        units = (units - 1) * stride + dilation * (kernel - 1) + 1
    return units


def walk(layers, units, step):
    for layer in layers[::-1]:
        units = step(units, *layer)
    return units


TOGETHER = {
    **{name: (lambda s, u, other=other: needed(other(s), u), "") for name, other in STACKS.items()},
    "from the first": (lambda s, u: needed(s[::-1], u), "layers_still_from_the_first"),
    "taps": (lambda s, u: walk(s, u, lambda n, k, t, p, d: (n - 1) * t + d * k), "taps_still_for_gaps"),
    "units": (lambda s, u: walk(s, u, lambda n, k, t, p, d: n * t + d * (k - 1) + 1), "units_still_for_steps"),
    "units and order": (
        lambda s, u: walk(s[::-1], u, lambda n, k, t, p, d: n * t + d * (k - 1) + 1), "only_the_span_mended",
    ),
    "units and taps": (lambda s, u: walk(s, u, lambda n, k, t, p, d: n * t + d * k), "only_the_order_mended"),
    "taps and order": (
        lambda s, u: walk(s[::-1], u, lambda n, k, t, p, d: (n - 1) * t + d * k), "only_the_steps_mended",
    ),
    "all three": (lambda s, u: walk(s[::-1], u, lambda n, k, t, p, d: n * t + d * k), "still_broken"),
    "without the last pixel": (
        lambda s, u: walk(s, u, lambda n, k, t, p, d: (n - 1) * t + d * (k - 1)),
        "last_pixel_of_each_window_forgotten",
    ),
    "padding taken away": (lambda s, u: walk(s, u, lambda n, k, t, p, d: (n - 1) * t + d * (k - 1) + 1 - 2 * p), ""),
    "no dilation": (lambda s, u: needed(change(s, dilation=one), u), ""),
    "no stride": (lambda s, u: needed(change(s, stride=one), u), ""),
    "one unit": (lambda s, u: needed(s, 1), "one_unit_alone"),
    "two units at most": (lambda s, u: needed(s, min(u, 2)), ""),
    "side by side": (lambda s, u: u * needed(s, 1), "fields_side_by_side"),
    "the last stride a unit": (lambda s, u: needed(s, 1) + (u - 1) * s[-1][1], ""),
    "a pixel a unit": (lambda s, u: needed(s, 1) + u - 1, ""),
    "one unit more": (lambda s, u: needed(s, u + 1), "one_jump_too_many"),
    "units as a jump": (lambda s, u: needed(s, 1) + u * field(s)[1], "one_jump_too_many"),
}  # fmt: skip


# Costs


def weights(kernels, channels):
    return sum(k * k * a * b for k, a, b in zip(kernels, channels, channels[1:], strict=False))


def each(layer, combine=sum):
    """The layers' weights by another formula of kernel and channels, or not added up."""

    def answer(kernels, channels, size):
        found = combine(layer(*entries) for entries in zip(kernels, channels, channels[1:], strict=False))
        return found, found * size * size

    return answer


def priced(kernels, channels, size):
    return weights(kernels, channels), weights(kernels, channels) * size * size


COSTS = {
    "kernel up to 5": (lambda k, c, n: priced([min(5, x) for x in k], c, n), ""),
    "kernel up to 3": (lambda k, c, n: priced([min(3, x) for x in k], c, n), ""),
    "1x1 for nothing": (lambda k, c, n: priced([x if x > 1 else 0 for x in k], c, n), ""),
    "even kernels one smaller": (lambda k, c, n: priced([odd(x) for x in k], c, n), ""),
    "first kernel everywhere": (lambda k, c, n: priced(k[:1] * len(k), c, n), ""),
    "largest kernel everywhere": (lambda k, c, n: priced([max(k)] * len(k), c, n), ""),
    "equal kernels counted once": (lambda k, c, n: priced(list(dict.fromkeys(k)), c, n), ""),
    "two layers at most": (lambda k, c, n: priced(k[:2], c, n), ""),
    "first layer": (lambda k, c, n: priced(k[:1], c, n), "first_layer_alone"),
    "last layer": (lambda k, c, n: priced(k[-1:], c[-2:], n), ""),
    "last layer left out": (lambda k, c, n: priced(k[:-1] or k, c, n), ""),
    "kernels reversed": (lambda k, c, n: priced(k[::-1], c, n), ""),
    "channels in the wrong order": (lambda k, c, n: priced(k, c[::-1], n), ""),
    "last channels": (lambda k, c, n: priced(k, c[-1:] * len(c), n), "channels_of_the_output_squared"),
    "first channels": (lambda k, c, n: priced(k, c[:1] * len(c), n), "channels_of_the_input_everywhere"),
    "three channels in at least": (lambda k, c, n: priced(k, [max(3, c[0]), *c[1:]], n), ""),
    "channels up to 6": (lambda k, c, n: priced(k, [min(6, x) for x in c], n), ""),
    "input channels squared": (each(lambda k, a, b: k * k * a * a), "channels_in_squared"),
    "channels added": (each(lambda k, a, b: k * k * (a + b)), ""),
    "one channel in": (lambda k, c, n: priced(k, [1, *c[1:]], n), ""),
    "biases in both": (lambda k, c, n: (weights(k, c) + sum(c[1:]), (weights(k, c) + sum(c[1:])) * n * n), ""),
    "biases": (lambda k, c, n: (weights(k, c) + sum(c[1:]), weights(k, c) * n * n), "biases_counted"),
    "size once": (lambda k, c, n: (weights(k, c), weights(k, c) * n), "one_row_of_outputs"),
    "size up to 6": (lambda k, c, n: priced(k, c, min(n, 6)), ""),
    "twice": (lambda k, c, n: (weights(k, c), 2 * weights(k, c) * n * n), "flops_for_macs"),
    "no padding": (lambda k, c, n: (weights(k, c), weights(k, c) * max(0, n - k[0] + 1) ** 2), ""),
    "weights and outputs": (lambda k, c, n: (weights(k, c), sum(c[1:]) * n * n), ""),
    "places": (lambda k, c, n: (weights(k, c), n * n), "one_channel_map_a_mac"),
    "exchanged": (lambda k, c, n: priced(k, c, n)[::-1], ""),
    "macs of the last layer": (lambda k, c, n: (weights(k, c), weights(k[-1:], c[-2:]) * n * n), ""),
    "macs of the first layer": (lambda k, c, n: (weights(k, c), weights(k[:1], c) * n * n), ""),
    "kernels once": (each(lambda k, a, b: k * a * b), "kernels_not_squared"),
    "product of the layers": (each(lambda k, a, b: k * k * a * b, math.prod), ""),
    "a place more": (lambda k, c, n: priced(k, c, n + 1), ""),
    "no MACs of 1x1": (lambda k, c, n: (weights(k, c), weights([x if x > 1 else 0 for x in k], c) * n * n), ""),
}  # fmt: skip


# The cheapest


def price(first, f, a, c):
    return first**2 * a * c + (f - first) // 2 * 9 * c * c


def best(f, a, c, firsts=None, cost=price):
    first = min(firsts or range(3, f + 1, 2), key=lambda first: cost(first, f, a, c) if first <= f else math.inf)
    return first, 1 + (f - first) // 2


def by(cost):
    return lambda f, a, c: best(f, a, c, cost=cost)


def but(condition, other):
    return lambda f, a, c: other(f, a, c) if condition(f, a, c) else best(f, a, c)


CHEAPEST = {
    "3x3 alone": (lambda f, a, c: (3, f // 2), "always_3x3"),
    "one layer": (lambda f, a, c: (f, 1), "always_one_layer"),
    "3, 5 or 7": (lambda f, a, c: best(f, a, c, (3, 5, 7)), "first_of_3_5_or_7"),
    "3 or 7": (lambda f, a, c: best(f, a, c, (3, 7)), ""),
    "3 or 5": (lambda f, a, c: best(f, a, c, (3, 5)), ""),
    "up to 11": (lambda f, a, c: best(f, a, c, range(3, min(f, 11) + 1, 2)), ""),
    "up to 15": (lambda f, a, c: best(f, a, c, range(3, min(f, 15) + 1, 2)), ""),
    "below the field": (lambda f, a, c: best(f, a, c, range(3, max(4, f), 2)), ""),
    "from 5": (lambda f, a, c: best(f, a, c, range(min(5, f), f + 1, 2)), ""),
    "from 1": (lambda f, a, c: best(f, a, c, range(1, f + 1, 2)), "first_of_1_too"),
    "largest first": (lambda f, a, c: best(f, a, c, range(f, 2, -2)), "larger_first_kernel_on_a_tie"),
    "exchanged channels": (lambda f, a, c: best(f, c, a), "channels_exchanged"),
    "ends": (lambda f, a, c: best(f, a, c, (3, f)), "only_the_ends_tried"),
    "a layer less": (lambda f, a, c: (best(f, a, c)[0], best(f, a, c)[1] - 1), "first_layer_not_counted"),
    "a layer more": (lambda f, a, c: (best(f, a, c)[0], best(f, a, c)[1] + 1), ""),
    "three pixels a layer": (lambda f, a, c: (best(f, a, c)[0], 1 + (f - best(f, a, c)[0]) // 3), "fields_added"),
    "answers exchanged": (lambda f, a, c: best(f, a, c)[::-1], ""),
    "biases counted": (
        lambda f, a, c: best(f, a, c, cost=lambda k, f, a, c: price(k, f, a, c) + c * (f - k) // 2),
        "larger_first_kernel_on_a_tie",  # which is all that biases change here
    ),
    "kernels not squared": (lambda f, a, c: best(f, a, c, cost=lambda k, f, a, c: k * a + (f - k) // 2 * 3 * c), ""),
    "one 3x3 forgotten": (by(lambda k, f, a, c: price(k, f - 2 * (k < f), a, c)), ""),
    "first layer from a to a": (by(lambda k, f, a, c: k * k * a * a + (f - k) // 2 * 9 * c * c), ""),
    "a 3x3 of one weight": (by(lambda k, f, a, c: k * k * a + (f - k) // 2 * c), ""),
    "dearest": (lambda f, a, c: best(f, a, c, cost=lambda *layer: -price(*layer)), ""),
    "fewest layers for few channels": (but(lambda f, a, c: a <= 3, lambda f, a, c: (f, 1)), ""),
    "7 for three channels": (but(lambda f, a, c: a == 3 and f > 7, lambda f, a, c: (7, (f - 5) // 2)), ""),
    "3x3 where equal or half": (but(lambda f, a, c: 2 * a >= c, lambda f, a, c: (3, f // 2)), ""),
    "3x3 for small fields": (but(lambda f, a, c: f <= 5, lambda f, a, c: (3, f // 2)), ""),
    "one layer for small fields": (but(lambda f, a, c: f <= 5, lambda f, a, c: (f, 1)), ""),
    "3x3 for large fields": (but(lambda f, a, c: f >= 21, lambda f, a, c: (3, f // 2)), ""),
    "one kernel for one channel": (but(lambda f, a, c: a == 1, lambda f, a, c: (3, f // 2)), ""),
    "divided": (lambda f, a, c: (k := max(3, min(f, round(2.25 * c / a))), 1 + (f - k) // 2), ""),
    "always 7": (lambda f, a, c: (min(7, f), 1 + (f - min(7, f)) // 2), ""),
}  # fmt: skip


# Influence


def paths(layers):
    counts, jump = np.ones(1), 1
    for kernel, stride, _, dilation in layers:
        taps = np.zeros(dilation * jump * (kernel - 1) + 1)
        taps[:: dilation * jump] = 1
        counts, jump = np.convolve(counts, taps), jump * stride
    return counts


def share(counts):
    return counts / counts.sum()


def gaussian(layers):
    size = len(paths(layers))
    places = np.arange(size) - (size - 1) / 2
    spread = (share(paths(layers)) * places**2).sum()
    return share(np.exp(-(places**2) / (2 * spread))) if spread else np.ones(1)


def triangle(layers):
    places = np.arange(1.0, len(paths(layers)) + 1)
    return share(np.minimum(places, places[::-1]))


def put(array, place, value):
    array = array.copy()
    array[place] = value
    return array


INFLUENCE = {
    **{name: (lambda s, other=other: share(paths(other(s))), "") for name, other in STACKS.items()},
    "from the top": (lambda s: share(paths(s[::-1])), "layers_from_the_top"),
    "counts": (paths, "paths_not_divided"),
    "the peak is one": (lambda s: paths(s) / paths(s).max(), "divided_by_the_largest"),
    "squares": (lambda s: share(paths(s) ** 2), "squared"),
    "roots": (lambda s: share(paths(s) ** 0.5), ""),
    "flat": (lambda s: share(np.ones(len(paths(s)))), "the_same_everywhere"),
    "flat where seen": (lambda s: share(1.0 * (paths(s) > 0)), "the_same_where_seen"),
    "no dilation": (lambda s: share(paths(change(s, dilation=one))), "dilation_left_out"),
    "no strides": (lambda s: share(paths(change(s, stride=one))), "strides_left_out"),
    "normal distribution": (gaussian, ""),
    "a triangle": (triangle, ""),
    "shifted": (lambda s: np.roll(share(paths(s)), 1), ""),
    "padded": (lambda s: np.pad(share(paths(s)), 1), ""),
    "last missing": (lambda s: share(paths(s))[:-1], "last_pixel_missing"),
    "ends zero": (lambda s: put(share(paths(s)), [0, -1], 0), ""),
    "gaps filled": (lambda s: share(np.maximum(paths(s), 1)), ""),
    "gaps closed": (lambda s: share(paths(s)[paths(s) > 0]), ""),
    "sorted": (lambda s: np.sort(share(paths(s))), ""),
    "summed up": (lambda s: np.cumsum(share(paths(s))), ""),
    "right half": (lambda s: share(paths(s))[len(paths(s)) // 2 :], ""),
}  # fmt: skip


WRONG = {
    "receptive_field": (lambda answer: lambda layers: answer(layers), FIELDS),
    "seen_pixels": (lambda answer: lambda layers, unit, size: answer(layers, unit, size), PIXELS),
    "seen_together": (lambda answer: lambda layers, units: answer(layers, units), TOGETHER),
    "stack_cost": (lambda answer: lambda kernels, channels, size: answer(kernels, channels, size), COSTS),
    "cheapest_stack": (lambda answer: lambda field, c_in, c: answer(field, c_in, c), CHEAPEST),
    "influence": (lambda answer: lambda layers: answer(layers), INFLUENCE),
}
