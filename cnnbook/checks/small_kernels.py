"""The questions of the chapter on small kernels: what a unit sees, what a stack costs, which pixels count.

A stack is a list of layers ``(kernel, stride, padding, dilation)``, the first one first, along one axis. The formulas
stand here by themselves, rather than be taken from ``cnnbook.arithmetic``, with their faults as options.
"""

from math import prod

import numpy as np

from ._cases import Case
from ._layers import either
from ._question import question


def widths(layers, *, start=1, own=False, last=False, ones=False, taps=False, plain=False):
    """Size and jump of a stack; the options are mistakes: the own stride counted, the last stride alone, no stride,
    taps counted for gaps, no dilation."""
    size, jump = start, 1
    for kernel, stride, _, dilation in layers:
        dilation = 1 if plain else dilation
        step = jump * stride if own else 1 if ones else jump
        size += (dilation * kernel - 1 if taps else dilation * (kernel - 1)) * step
        jump = stride if last else jump * stride
    return size, jump


def added(layers):
    """The sizes of the windows added up, in pixels."""
    return sum((d * (k - 1) + 1) * prod(below[1] for below in layers[:n]) for n, (k, _, _, d) in enumerate(layers))


def draw_layers(rng, most=4):
    """Up to four layers, small enough to trace by hand."""
    return [
        (
            either(rng, (1, 4), (2, 6)),
            either(rng, (1, 2), (1, 4)),
            either(rng, (0, 2), (0, 3)),
            either(rng, (1, 2), (1, 4)),
        )
        for _ in range(int(rng.integers(1, most + 1)))
    ]


STACKS = {
    "one_layer": lambda layers: len(layers) == 1,
    "stride_below": lambda layers: any(stride > 1 for _, stride, _, _ in layers[:-1]),
    "several_strides_below": lambda layers: sum(stride > 1 for _, stride, _, _ in layers[:-1]) > 1,
    "last_strided": lambda layers: layers[-1][1] > 1,
    "dilated": lambda layers: any(kernel > 1 and dilation > 1 for kernel, _, _, dilation in layers),
    "one_tap": lambda layers: any(kernel == 1 for kernel, *_ in layers),
    "one_tap_last": lambda layers: layers[-1][0] == 1,
    "even_kernel": lambda layers: any(kernel % 2 == 0 for kernel, *_ in layers),
}


# What does a unit see?


@question(points=3, minutes=20, difficulty=1, outputs=("size", "jump"))
def receptive_field(layers):
    """Size and jump of the receptive field of a unit of the last layer, in pixels."""
    return widths(layers)


receptive_field.cases(
    Case([(3, 1, 0, 1), (3, 1, 0, 1)]),
    Case([(3, 2, 0, 1), (3, 1, 0, 1)]),
    Case([(3, 2, 1, 1), (3, 2, 1, 1), (3, 2, 1, 1)]),
    Case([(5, 3, 2, 2)]),
    Case([(3, 1, 0, 1), (3, 1, 0, 2), (3, 1, 0, 4)]),
    Case([(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 1, 1)]),  # ResNet-18 begins
)


@receptive_field.draws
def _(rng):
    return {"layers": draw_layers(rng)}


receptive_field.regions(**STACKS)
receptive_field.misconceptions(
    strides_not_accumulated=lambda layers: widths(layers, last=True),
    own_stride_counted=lambda layers: widths(layers, own=True),
    fields_added=lambda layers, answer: (added(layers), answer[1]),
    strides_left_out=lambda layers, answer: (widths(layers, ones=True)[0], answer[1]),
    dilation_left_out=lambda layers: widths(layers, plain=True),
    taps_counted_for_gaps=lambda layers: widths(layers, taps=True),
    layers_from_the_top=lambda layers: widths(layers[::-1]),
    first_pixel_forgotten=lambda layers: widths(layers, start=0),
    last_stride_not_in_the_jump=lambda layers, answer: (answer[0], widths(layers[:-1])[1]),
    jump_as_a_sum=lambda layers, answer: (answer[0], sum(stride for _, stride, _, _ in layers)),
    kernels_added=lambda layers, answer: (sum(kernel for kernel, *_ in layers), answer[1]),
    windows_added=lambda layers, answer: (sum(d * (k - 1) + 1 for k, _, _, d in layers), answer[1]),
    a_pixel_for_each_layer=lambda layers, answer: (answer[0] + len(layers) - 1, answer[1]),
    last_stride_in_the_size=lambda layers, answer: (
        answer[0] + (answer[0] - widths(layers[:-1])[0]) * (layers[-1][1] - 1),
        answer[1],
    ),
)


# Which pixels does one unit see?


def ends(layers, unit, *, first=False, unscaled=False, twice=False, padded=True):
    """First and last pixel of the field of a unit, not clipped; the options are mistakes in the padding."""
    start, jump = 0, 1
    for number, (_, stride, padding, _) in enumerate(layers):
        start -= padded * (1 + twice) * padding * (1 if unscaled else jump) * (number == 0 or not first)
        jump *= stride
    start += unit * jump
    return start, start + widths(layers)[0] - 1


def clipped(pair, size):
    return max(0, pair[0]), min(size - 1, pair[1])


def moved(pair, by):
    return pair[0] + by, pair[1] + by


def sizes_of(layers, size):
    """How many units there are below the first layer and above each; 0 where a kernel does not fit."""
    sizes = [size]
    for kernel, stride, padding, dilation in layers:
        room = sizes[-1] + 2 * padding - dilation * (kernel - 1) - 1
        sizes.append(room // stride + 1 if room >= 0 else 0)
    return sizes


def pixels_of(layers, unit, size):
    """All pixels that a unit depends on, traced from layer to layer: what falls into the padding of any is dropped."""
    found = {unit}
    for (kernel, stride, padding, dilation), n in zip(layers[::-1], sizes_of(layers, size)[-2::-1], strict=True):
        found = {u * stride - padding + tap * dilation for u in found for tap in range(kernel)} & {*range(n)}
    return found


def sees_its_ends(layers, unit, size):
    """Whether both ends of the clipped field are pixels that the unit depends on. They are not where an end falls
    between two taps of a dilated kernel, or into the padding of a later layer; such cases are not asked."""
    return {*clipped(ends(layers, unit), size)} <= pixels_of(layers, unit, size)


@question(points=3, minutes=25, difficulty=2, outputs=("first", "last"), uses=("receptive_field",))
def seen_pixels(layers, unit, size):
    """First and last pixel that a unit of the last layer sees of an image of `size` pixels; padding is none.

    The image has at least six pixels. The unit is there, and depends on both ends of its field, clipped to the image.
    """
    return clipped(ends(layers, unit), size)


seen_pixels.cases(
    Case([(3, 1, 1, 1)], 0, 7),
    Case([(3, 1, 1, 1)], 3, 7),
    Case([(3, 1, 1, 1)], 6, 7),
    Case([(3, 1, 1, 1)], 6, 8),
    Case([(3, 1, 0, 1)], 3, 7),
    Case([(3, 2, 1, 1), (3, 2, 1, 1)], 1, 15),
    Case([(3, 2, 1, 1), (3, 2, 1, 1)], 2, 15),
    Case([(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 1, 1)], 0, 32),
    Case([(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 1, 1)], 7, 32),
    Case([(3, 3, 2, 1), (5, 1, 2, 1)], 1, 9),  # leaves the image on both sides
)


@seen_pixels.draws
def _(rng):
    layers, size = draw_layers(rng, 3), either(rng, (6, 12), (6, 20), (8, 30))
    sizes = sizes_of(layers, size)
    if min(sizes) == 0:
        return None
    count = sizes[-1]
    unit = int(rng.choice([0, count - 1, count // 2, rng.integers(count)]))
    return {"layers": layers, "unit": unit, "size": size} if sees_its_ends(layers, unit, size) else None


seen_pixels.regions(
    first_unit=lambda unit: unit == 0,
    starts_in_the_padding=lambda layers, unit: ends(layers, unit)[0] < 0,
    ends_in_the_padding=lambda layers, unit, size: ends(layers, unit)[1] >= size,
    clipped_on_both_sides=lambda layers, unit, size: ends(layers, unit)[0] < 0 and ends(layers, unit)[1] >= size,
    padded_above=lambda layers: any(padding for _, _, padding, _ in layers[1:]),
    last_pixel_seen=lambda answer, size: answer[1] == size - 1,
    **{name: STACKS[name] for name in ("one_layer", "stride_below", "last_strided", "dilated")},
)  # fmt: skip
seen_pixels.misconceptions(
    not_clipped=lambda layers, unit: ends(layers, unit),
    padding_left_out=lambda layers, unit, size: clipped(ends(layers, unit, padded=False), size),
    padding_not_in_jumps=lambda layers, unit, size: clipped(ends(layers, unit, unscaled=True), size),
    first_padding_only=lambda layers, unit, size: clipped(ends(layers, unit, first=True), size),
    padding_counted_twice=lambda layers, unit, size: clipped(ends(layers, unit, twice=True), size),
    one_behind_the_last=lambda answer: (answer[0], answer[1] + 1),
    clipped_one_too_late=lambda layers, unit, size, answer: (answer[0], min(size, ends(layers, unit)[1])),
    last_stride_for_the_jump=lambda layers, unit, size: clipped(
        moved(ends(layers, 0), unit * layers[-1][1]), size
    ),
    units_counted_from_one=lambda layers, unit, size: clipped(ends(layers, unit - 1), size),
    field_kept_whole=lambda layers, unit, answer: (answer[0], answer[0] + widths(layers)[0] - 1),
)  # fmt: skip


# A broken implementation


def together(*, order=False, span=False, step=False, short=False):
    """The function with some of its faults: layers from the first, taps for gaps, units for steps between them; or with
    windows that are one too short."""

    def answer(layers, units):
        pixels = units
        for kernel, stride, _, dilation in layers if order else layers[::-1]:
            steps = pixels if step else pixels - 1
            pixels = steps * stride + (dilation * kernel if span else dilation * (kernel - 1) + 1) - short
        return pixels

    return answer


@question(points=3, minutes=25, difficulty=2)
def seen_together(layers, units):
    """How many pixels, padding counted too, lie from the first to the last that neighbouring units see together?"""
    return together()(layers, units)


seen_together.cases(
    Case([(3, 1, 0, 1)], 1),
    Case([(3, 1, 0, 1), (3, 1, 0, 1)], 1),
    Case([(3, 1, 0, 1), (3, 1, 0, 1)], 4),
    Case([(3, 2, 0, 1), (5, 1, 0, 1)], 1),
    Case([(3, 2, 0, 1), (5, 1, 0, 1)], 2),
    Case([(3, 1, 0, 2), (2, 3, 1, 1)], 2),
)


@seen_together.draws
def _(rng):
    return {"layers": draw_layers(rng), "units": either(rng, (1, 3), (1, 8))}


seen_together.regions(
    one_unit=lambda units: units == 1,
    **{name: STACKS[name] for name in ("one_layer", "stride_below", "last_strided", "dilated", "one_tap")},
)
seen_together.broken(together(order=True, span=True, step=True))


def mistaken(**faults):
    answer = together(**faults)
    return lambda layers, units: answer(layers, units)


seen_together.misconceptions(
    layers_still_from_the_first=mistaken(order=True),
    taps_still_for_gaps=mistaken(span=True),
    units_still_for_steps=mistaken(step=True),
    only_the_order_mended=mistaken(span=True, step=True),
    only_the_span_mended=mistaken(order=True, step=True),
    only_the_steps_mended=mistaken(order=True, span=True),
    one_unit_alone=lambda layers: widths(layers)[0],
    fields_side_by_side=lambda layers, units: units * widths(layers)[0],
    one_jump_too_many=lambda layers, units: together()(layers, units + 1),
    last_pixel_of_each_window_forgotten=mistaken(short=True),
)


# What does a stack cost?


def costs(kernels, channels, size, power=2):
    weights = [k**power * c_in * c_out for k, c_in, c_out in zip(kernels, channels, channels[1:], strict=False)]
    return sum(weights), sum(weights) * size**2


@question(points=2, minutes=15, difficulty=1, outputs=("weights", "macs"))
def stack_cost(kernels, channels, size):
    """Weights and MACs of square kernels behind one another, without biases, on maps that stay `size` x `size`.

    `channels` are those of the input, then those that each layer puts out.
    """
    return costs(kernels, channels, size)


stack_cost.cases(
    Case([3], [2, 4], 5),
    Case([3], [2, 4], 7),
    Case([5], [2, 4], 5),
    Case([3], [4, 4], 5),
    Case([3, 3], [4, 4, 4], 5),
    Case([3, 5], [2, 4, 3], 5),
    Case([3, 3, 3], [64, 64, 64, 64], 56),
    Case([7], [64, 64], 56),
)


@stack_cost.draws
def _(rng):
    depth = int(rng.integers(1, 4))
    channels = [either(rng, (1, 4), (1, 9)) for _ in range(depth + 1)]
    if rng.random() < 0.3:
        channels = channels[:1] * (depth + 1)
    size = either(rng, (1, 4), (1, 10))
    return {"kernels": [either(rng, (1, 4), (1, 8)) for _ in range(depth)], "channels": channels, "size": size}


stack_cost.regions(
    one_layer=lambda kernels: len(kernels) == 1,
    equal_channels=lambda channels: len({*channels}) == 1,
    equal_kernels=lambda kernels: len({*kernels}) == 1,
    one_place=lambda size: size == 1,
    one_channel_in=lambda channels: channels[0] == 1,
    some_1x1=lambda kernels: 1 in kernels,
)
stack_cost.misconceptions(
    channels_of_the_output_squared=lambda kernels, channels, size: costs(kernels, [channels[-1]] * len(channels), size),
    channels_of_the_input_everywhere=lambda kernels, channels, size: costs(kernels, channels[:1] * len(channels), size),
    channels_in_squared=lambda kernels, channels, size: (
        (weights := sum(k * k * c * c for k, c in zip(kernels, channels[:-1], strict=True))), weights * size**2
    ),
    kernels_not_squared=lambda kernels, channels, size: costs(kernels, channels, size, power=1),
    biases_counted=lambda channels, size, answer: (answer[0] + sum(channels[1:]), answer[1]),
    one_row_of_outputs=lambda answer, size: (answer[0], answer[0] * size),
    flops_for_macs=lambda answer: (answer[0], 2 * answer[1]),
    input_channels_left_out=lambda kernels, channels, size: (
        (weights := sum(k * k * c for k, c in zip(kernels, channels[1:], strict=True))), weights * size**2
    ),
    first_layer_alone=lambda kernels, channels, size: costs(kernels[:1], channels[:2], size),
    one_channel_map_a_mac=lambda answer, size: (answer[0], size**2),
)  # fmt: skip


# The cheapest stack


def price(first, field, c_in, c):
    """Weights of a first kernel, and 3x3 behind it."""
    return first**2 * c_in * c + (field - first) // 2 * 9 * c * c


def cheapest(field, c_in, c, firsts=None, *, late=False):
    """The first kernel, and how many layers there are."""
    firsts = [first for first in firsts or range(3, field + 1, 2) if first <= field]
    best = min(price(first, field, c_in, c) for first in firsts)
    first = (max if late else min)(first for first in firsts if price(first, field, c_in, c) == best)
    return first, 1 + (field - first) // 2


@question(points=3, minutes=30, difficulty=3, outputs=("first_kernel", "layers"), uses=("stack_cost",))
def cheapest_stack(field, c_in, c):
    """Which first kernel, with 3x3 behind it, sees `field` pixels for the fewest weights? And how many layers are that?

    All strides and dilations are 1; `field` is odd, and at least 3. The first layer goes from `c_in` to `c` channels,
    all others from `c` to `c`. Where two stacks cost the same, the one with the smaller first kernel.
    """
    return cheapest(field, c_in, c)


cheapest_stack.cases(
    Case(3, 3, 64),
    Case(7, 64, 64),
    Case(7, 3, 64),
    Case(7, 3, 4),
    Case(7, 16, 64),
    Case(11, 16, 64),
    Case(9, 8, 9),
    Case(11, 9, 16),
    Case(9, 9, 16),  # 3x3 alone and 5x5 first cost the same
    Case(25, 3, 24),
)


@cheapest_stack.draws
def _(rng):
    c = either(rng, (1, 10), (1, 40), (16, 129))
    ratio = float(rng.choice([1, 1.5, 16 / 9, 2, 24 / 9, 32 / 9, 4, 5, 7, 10, 20]))
    c_in = max(1, round(c / ratio)) if rng.random() < 0.8 else either(rng, (1, 40), (1, 130))
    return {"field": 2 * either(rng, (1, 4), (1, 8), (4, 13)) + 1, "c_in": c_in, "c": c}


cheapest_stack.regions(
    smallest_field=lambda field: field == 3,
    one_layer=lambda answer, field: answer[1] == 1,
    only_3x3=lambda answer: answer[0] == 3,
    both_kinds=lambda answer: answer[0] > 3 and answer[1] > 1,
    more_channels_in=lambda c_in, c: c_in >= c,
    two_that_cost_the_same=lambda field, c_in, c, answer: cheapest(field, c_in, c, late=True) != answer,
)
cheapest_stack.misconceptions(
    always_3x3=lambda field: (3, (field - 1) // 2),
    always_one_layer=lambda field: (field, 1),
    first_of_3_5_or_7=lambda field, c_in, c: cheapest(field, c_in, c, (3, 5, 7)),
    first_of_1_too=lambda field, c_in, c: cheapest(field, c_in, c, range(1, field + 1, 2)),
    larger_first_kernel_on_a_tie=lambda field, c_in, c: cheapest(field, c_in, c, late=True),
    channels_exchanged=lambda field, c_in, c: cheapest(field, c, c_in),
    first_layer_not_counted=lambda answer: (answer[0], answer[1] - 1),
    fields_added=lambda field, answer: (answer[0], 1 + (field - answer[0]) // 3),
    only_the_ends_tried=lambda field, c_in, c: cheapest(field, c_in, c, (3, field)),
)


# Which pixels count?


def shares(layers, *, own=False, ones=False, plain=False, power=1):
    """The number of paths from each pixel of the field, as shares; the options are mistakes."""
    counts, jump = np.ones(1), 1
    for kernel, stride, _, dilation in layers:
        step = (1 if plain else dilation) * (1 if ones else jump * stride if own else jump)
        taps = np.zeros(step * (kernel - 1) + 1)
        taps[::step] = 1
        counts = np.convolve(counts, taps)
        jump *= stride
    counts = counts**power
    return counts / counts.sum()


@question(points=3, minutes=30, difficulty=3, count=120, axes={"answer": "r"})
def influence(layers):
    """Which share of all paths to a unit starts at each pixel of its field, along one axis?"""
    return shares(layers)


influence.cases(
    Case([(3, 1, 0, 1), (3, 1, 0, 1)]),
    Case([(3, 1, 0, 1), (3, 1, 0, 1), (3, 1, 0, 1)]),
    Case([(3, 2, 0, 1), (3, 1, 0, 1)]),
    Case([(3, 1, 0, 2), (3, 1, 0, 2)]),
    Case([(2, 3, 0, 1), (4, 1, 0, 1)]),
)


@influence.draws
def _(rng):
    return {"layers": draw_layers(rng)}


influence.regions(
    **{name: value for name, value in STACKS.items() if name != "several_strides_below"},
    with_gaps=lambda answer: (answer == 0).any(),
    all_the_same=lambda answer: answer.min() == answer.max(),
)
influence.misconceptions(
    the_same_everywhere=lambda answer: np.full(len(answer), 1 / len(answer)),
    the_same_where_seen=lambda answer: (answer > 0) / (answer > 0).sum(),
    paths_not_divided=lambda layers, answer: answer * prod(kernel for kernel, *_ in layers),
    divided_by_the_largest=lambda answer: answer / answer.max(),
    squared=lambda layers: shares(layers, power=2),
    own_stride_counted=lambda layers: shares(layers, own=True),
    strides_left_out=lambda layers: shares(layers, ones=True),
    dilation_left_out=lambda layers: shares(layers, plain=True),
    layers_from_the_top=lambda layers: shares(layers[::-1]),
    last_pixel_missing=lambda answer: answer[:-1],
)
