"""The questions of the chapter on the arithmetic of convolution: integers along one axis.

In every question the kernel spans ``dilation * (kernel - 1) + 1`` pixels, and `padding` pixels are added on each side.
The formulas stand here by themselves, rather than be taken from ``cnnbook.arithmetic``: they also say what an answer
gives that leaves an option out, where the kernel then no longer fits.
"""

from ._cases import Case
from ._compare import compare, is_integer
from ._findings import Finding
from ._question import question
from ._windows import draw_windows

# What a layer does


def _span(kernel, dilation=1):
    return dilation * (kernel - 1) + 1


def _room(size, kernel, padding=0, dilation=1, **_):
    """How far the kernel can move in the padded input."""
    return size + 2 * padding - _span(kernel, dilation)


def _ceil(dividend, divisor):
    return -(-dividend // divisor)


def _either(rng, *choices):
    """One of several ranges, then a number from it."""
    return int(rng.integers(*choices[rng.integers(len(choices))]))


def _layer(rng):
    """A layer of which the kernel fits, or None. Small ones come often: that is where layers are odd."""
    layer = {
        "size": _either(rng, (1, 6), (1, 6), (1, 12), (1, 40)) if rng.random() < 0.95 else int(rng.integers(40, 300)),
        "kernel": _either(rng, (1, 5), (1, 6), (1, 12)),
        "stride": _either(rng, (1, 3), (1, 6), (2, 8)),
        "padding": _either(rng, (0, 2), (0, 6), (2, 8)),
        "dilation": _either(rng, (1, 2), (1, 6)),
    }
    return layer if _room(**layer) >= 0 else None


# Where an answer about a layer can go wrong by itself

_KERNELS = {
    "one_tap": lambda kernel: kernel == 1,
    "even_kernel": lambda kernel: kernel % 2 == 0,
    "stride_beyond_kernel": lambda kernel, stride: stride > kernel,
}
_INPUTS = {
    "one_pixel": lambda size: size == 1,
    "kernel_beyond_input": lambda size, kernel: kernel > size,
    "stride_beyond_input": lambda size, stride: stride > size,
}
_STEPS = {
    "nothing_left_over": lambda stride, **layer: _room(**layer) % stride == 0,
    "one_position": lambda stride, **layer: _room(**layer) < stride,
}
_DILATIONS = {
    "one_tap_dilated": lambda kernel, dilation: kernel == 1 and dilation > 1,
    "span_beyond_input": lambda size, kernel, dilation: _span(kernel, dilation) > size,
}


# How many positions?


@question(points=2, minutes=15, difficulty=1)
def output_size(size, kernel, *, stride=1, padding=0, dilation=1):
    """At how many positions does the kernel fit? The output size of a convolution."""
    return _room(size, kernel, padding, dilation) // stride + 1


output_size.cases(
    Case(5, 3),
    Case(7, 3, stride=2),
    Case(8, 3),
    Case(8, 3, stride=2),  # a pixel is left over
    Case(8, 2),
    Case(8, 2, stride=5),  # 6 / 5 is nearer to 1 ...
    Case(9, 2, stride=4),  # ... and 7 / 4 nearer to 2, but a window has to fit whole
    Case(5, 3, padding=1),
    Case(7, 3, dilation=2),
    Case(7, 3),
    Case(28, 5, stride=3, padding=2),  # the notes' exercise
    Case(227, 11, stride=4),  # AlexNet's first layer ...
    Case(224, 11, stride=4),  # ... and with the size that its paper states
)
output_size.draws(_layer)
output_size.regions(
    **_KERNELS, **_INPUTS, **_STEPS, **_DILATIONS,
    output_beyond_input=lambda size, answer: answer > size,
)  # fmt: skip
output_size.misconceptions(
    ceil_for_floor=lambda stride, **layer: _ceil(_room(**layer), stride) + 1,
    rounded_to_the_nearest=lambda stride, **layer: round(_room(**layer) / stride) + 1,
    padding_on_one_side=lambda stride, padding, **layer: (_room(**layer) + padding) // stride + 1,
    dilation_for_pixels_between=lambda stride, dilation, **layer: _room(dilation=dilation + 1, **layer) // stride + 1,
    taps_counted_for_gaps=lambda stride, kernel, dilation, **layer: (
        _room(kernel=dilation * kernel, **layer) // stride + 1
    ),
    first_window_forgotten=lambda stride, **layer: _room(**layer) // stride,
    one_added_before_the_division=lambda stride, **layer: (_room(**layer) + 1) // stride,
)


# What is left over?


@question(points=1, minutes=10, difficulty=2)
def dropped_pixels(size, kernel, *, stride=1, padding=0, dilation=1):
    """How many pixels of the input lie beyond the last window? The padding is smaller than the kernel's span."""
    return max(0, _room(size, kernel, padding, dilation) % stride - padding)


dropped_pixels.cases(
    Case(7, 3, stride=2),
    Case(8, 3),
    Case(8, 3, stride=2),
    Case(9, 2, stride=4),
    Case(9, 3, stride=4),
    Case(9, 3, stride=3, padding=2),  # what is left over is padding
    Case(9, 2, stride=5),
    Case(9, 2, stride=5, padding=1),  # 3 are left over, one of them padding
    Case(12, 3, stride=4),
    Case(12, 3, stride=4, dilation=2),
)


@dropped_pixels.draws
def _(rng):
    layer = _layer(rng)
    if layer is None or layer["padding"] >= _span(layer["kernel"], layer["dilation"]):
        return None
    return layer | {"stride": layer["stride"] + int(rng.integers(3)) if layer["stride"] > 1 else 1}


dropped_pixels.regions(
    **_KERNELS, **_INPUTS, **_STEPS, **_DILATIONS,
    nothing_dropped=lambda answer: answer == 0,
    only_padding_left_over=lambda stride, padding, **layer: 0 < _room(padding=padding, **layer) % stride <= padding,
    some_padding_left_over=lambda padding, answer: padding > 0 and answer > 0,
)  # fmt: skip
dropped_pixels.misconceptions(
    padding_counted=lambda stride, **layer: _room(**layer) % stride,
    fewer_than_none=lambda stride, padding, **layer: _room(padding=padding, **layer) % stride - padding,
    pixels_missing_for_pixels_left=lambda stride, padding, **layer: max(
        0, -_room(padding=padding, **layer) % stride - padding
    ),
    size_divided_by_stride=lambda size, stride: size % stride,
)


# Same padding


@question(points=3, minutes=25, difficulty=2, outputs=("before", "after"))
def same_padding(size, kernel, *, stride=1, dilation=1, extra="after"):
    """Which padding makes the output ceil(size / stride) pixels? Where it is odd, one more goes to the side `extra`."""
    return _split(max(0, _total(size, kernel, stride, dilation)), extra)


def _split(total, extra):
    small, large = total // 2, total - total // 2
    return (small, large) if extra == "after" else (large, small)


def _total(size, kernel, stride, dilation, output=None):
    """Padding on both sides together, with nothing dropped: negative where windows leave pixels out."""
    return ((_ceil(size, stride) if output is None else output) - 1) * stride + _span(kernel, dilation) - size


same_padding.cases(
    Case(5, 3),
    Case(5, 2),
    Case(5, 2, extra="before"),
    Case(5, 4, extra="before"),
    Case(7, 3, stride=2),
    Case(8, 3),
    Case(8, 3, stride=2),
    Case(8, 3, stride=2, extra="before"),
    Case(8, 1, stride=4),  # the windows leave pixels out: nothing to pad
    Case(7, 3),
    Case(7, 3, dilation=2),
    Case(224, 7, stride=2),  # ResNet's first layer
)


@same_padding.draws
def _(rng):
    layer = {"size": 1, "kernel": 1} | (_layer(rng) or {})
    layer.pop("padding", None)
    return layer | {"extra": str(rng.choice(["before", "after"]))}


same_padding.regions(
    **_KERNELS, **_INPUTS, **_DILATIONS,
    stride_divides_size=lambda size, stride: size % stride == 0,
    nothing_to_pad=lambda answer: sum(answer) == 0,
    pixels_left_out=lambda extra, **layer: _total(**layer) < 0,
    odd_total=lambda answer: sum(answer) % 2 == 1,
    odd_total_before=lambda extra, answer: sum(answer) % 2 == 1 and extra == "before",
    odd_total_above_one=lambda answer: sum(answer) % 2 == 1 and sum(answer) > 1,
    several_odd_before=lambda extra, answer: sum(answer) % 2 == 1 and sum(answer) > 1 and extra == "before",
)  # fmt: skip
same_padding.misconceptions(
    output_as_large_as_the_input=lambda size, extra, **layer: _split(_total(size, output=size, **layer), extra),
    extra_pixel_on_the_wrong_side=lambda extra, **layer: _split(max(0, _total(**layer)), extra)[::-1],
    rounded_down_on_both_sides=lambda extra, **layer: (max(0, _total(**layer)) // 2,) * 2,
    rounded_up_on_both_sides=lambda extra, **layer: (_ceil(max(0, _total(**layer)), 2),) * 2,
    rounded_to_even=lambda extra, **layer: _to_even(max(0, _total(**layer)), extra),
    half_a_kernel=lambda kernel, dilation: (_span(kernel, dilation) // 2,) * 2,
    negative_padding=lambda extra, **layer: _split(_total(**layer), extra),
    output_rounded_down=lambda size, stride, extra, **layer: _split(
        max(0, _total(size, stride=stride, output=size // stride, **layer)), extra
    ),
)


def _to_even(total, extra):
    """What ``round(total / 2)`` gives: Python rounds a half to the nearest even number."""
    half = round(total / 2)
    return (half, total - half) if extra == "after" else (total - half, half)


# Which padding gives this output?


@question(points=3, minutes=25, difficulty=3, note="every_padding", uses=("output_size",))
def find_padding(size, kernel, output, *, stride=1, dilation=1):
    """Which padding on both sides gives this output size? None where no padding does."""
    padding = max(0, _ceil(_total(size, kernel, stride, dilation, output), 2))  # the smallest, if there is one
    return padding if _room(size, kernel, padding, dilation) // stride + 1 == output else None


find_padding.cases(
    Case(5, 3, 5),
    Case(5, 3, 3),
    Case(5, 3, 11),
    Case(5, 2, 5),  # an odd total cannot be split evenly ...
    Case(8, 3, 4, stride=2),  # ... but here the last pixel may stay unseen
    Case(8, 3, 4),
    Case(9, 2, 1, stride=3),  # too many positions even without padding
    Case(9, 2, 2, stride=4),  # negative by the formula, but 0 will do
    Case(7, 3, 7),
    Case(7, 3, 7, dilation=2),
    Case(7, 5, 7),
    Case(9, 3, 7),
    Case(224, 11, 55, stride=4),  # AlexNet, as its paper states it
)


@find_padding.draws
def _(rng):
    layer = _layer(rng)
    if layer is None:
        return None
    output = _room(**layer) // layer["stride"] + 1 + int(rng.choice([-1, 0, 0, 0, 1]))
    del layer["padding"]
    return layer | {"output": output} if output > 0 else None


find_padding.regions(
    **_KERNELS, **_INPUTS, **_DILATIONS,
    output_one=lambda output: output == 1,
    output_beyond_input=lambda size, output: output > size,
    impossible=lambda answer: answer is None,
    no_padding_needed=lambda answer: answer == 0,
    large_padding=lambda answer: answer is not None and answer > 3,
    too_many_without_padding=lambda answer, **layer: answer is None and _total(**layer) < 0,
    pixels_unseen=lambda answer, **layer: answer is not None and _total(**layer) != 2 * answer,
    odd_total=lambda **layer: _total(**layer) % 2 == 1,
)  # fmt: skip


@find_padding.judge
def _(got, expected, size, kernel, output, stride, dilation):
    if got is None and expected is not None:
        return Finding("none_found", {"padding": expected})
    if not is_integer(got):
        return compare(got, None if got is None else 0)
    if got < 0:
        return Finding("negative")
    room = _room(size, kernel, got, dilation)
    if room < 0:
        return Finding("does_not_fit", {"padding": int(got)})
    gives = int(room // stride + 1)
    return None if gives == output else Finding("gives", {"padding": int(got), "gives": gives, "output": output})


find_padding.misconceptions(
    rounded_down=lambda **layer: max(0, _total(**layer) // 2),
    never_impossible=lambda **layer: max(0, _ceil(_total(**layer), 2)),
    only_without_remainder=lambda **layer: None if _total(**layer) % 2 or _total(**layer) < 0 else _total(**layer) // 2,
    padding_on_one_side=lambda **layer: max(0, _total(**layer)),
    negative_padding=lambda **layer: (
        find_padding.reference(**layer) if _total(**layer) >= -1 else _ceil(_total(**layer), 2)
    ),
)


# Which inputs give this output?


@question(points=2, minutes=20, difficulty=2, outputs=("smallest", "largest"))
def input_sizes(output, kernel, *, stride=1, padding=0, dilation=1):
    """Which input sizes give this output size? The smallest and the largest, each at least 1."""
    smallest = _exact_input(output, kernel, stride, padding, dilation)
    return max(1, smallest), smallest + stride - 1


def _exact_input(output, kernel, stride, padding, dilation):
    """The input of which nothing is dropped."""
    return (output - 1) * stride + _span(kernel, dilation) - 2 * padding


input_sizes.cases(
    Case(3, 3),
    Case(3, 3, stride=2),
    Case(3, 2),
    Case(3, 2, stride=4),
    Case(3, 3, padding=1),
    Case(1, 2, stride=3, padding=1),  # an input of 0 pixels is none
    Case(3, 3, stride=2, dilation=2),
    Case(4, 3),
    Case(55, 11, stride=4),  # AlexNet: 227 is one of four
)


@input_sizes.draws
def _(rng):
    layer = _layer(rng)
    if layer is None:
        return None
    layer["output"] = _room(**layer) // layer["stride"] + 1
    del layer["size"]
    return layer


input_sizes.regions(
    **_KERNELS, **{"one_tap_dilated": _DILATIONS["one_tap_dilated"]},
    output_one=lambda output: output == 1,
    kernel_beyond_output=lambda output, kernel: kernel > output,
    below_one=lambda **layer: _exact_input(**layer) < 1,
    exactly_one=lambda **layer: _exact_input(**layer) == 1,
    one_size=lambda answer: answer[0] == answer[1],
    smaller_than_output=lambda output, answer: answer[0] < output,
)  # fmt: skip
input_sizes.misconceptions(
    one_size_only=lambda **layer: (max(1, _exact_input(**layer)),) * 2,
    one_pixel_too_many=lambda stride, **layer: tuple(
        max(1, _exact_input(stride=stride, **layer) + more) for more in (0, stride)
    ),
    sizes_below_one=lambda stride, **layer: (
        _exact_input(stride=stride, **layer), _exact_input(stride=stride, **layer) + stride - 1
    ),
    remainder_on_the_wrong_side=lambda stride, **layer: tuple(
        max(1, _exact_input(stride=stride, **layer) - less) for less in (stride - 1, 0)
    ),
    padding_added=lambda padding, **layer: input_sizes.reference(**layer, padding=-padding),
    steps_counted_for_windows=lambda output, **layer: input_sizes.reference(output + 1, **layer),
)  # fmt: skip


# Rounding up


@question(points=2, minutes=20, difficulty=3)
def ceil_output_size(size, kernel, *, stride=1, padding=0):
    """The output size of a pooling that rounds up, less a last window that would start behind the input.

    Behind the input is where its last pixel is over: in the padding at the end or, without padding, beyond the edge.
    """
    steps = _ceil(_room(size, kernel, padding), stride)
    return steps if steps * stride >= size + padding else steps + 1


ceil_output_size.cases(
    Case(7, 3, stride=2),
    Case(8, 3),
    Case(8, 3, stride=2),
    Case(5, 2, stride=2),
    Case(4, 2, stride=2),
    Case(3, 2, stride=2, padding=1),  # one more window would see nothing but padding
    Case(5, 1, stride=3),  # without padding it would see nothing at all
    Case(4, 3, stride=2),
    Case(4, 3, stride=2, padding=1),
    Case(2, 4, stride=3, padding=2),  # and here it starts on the last pixel
    Case(112, 3, stride=2, padding=1),  # ResNet's pooling
)


@ceil_output_size.draws
def _(rng):
    layer = _layer(rng)
    if layer is None:
        return None
    del layer["dilation"]
    layer["padding"] = min(layer["padding"], layer["kernel"] // 2)  # as PyTorch demands of a pooling
    return layer if _room(**layer) >= 0 else None


def _starts_behind(size, stride, padding, **layer):
    return _ceil(_room(size, padding=padding, **layer), stride) * stride >= size + padding


ceil_output_size.regions(
    **_KERNELS, **_INPUTS, **_STEPS,
    hangs_over=lambda size, kernel, stride, padding, answer: (answer - 1) * stride + kernel > size + 2 * padding,
    starts_behind=_starts_behind,
    starts_behind_without_padding=lambda padding, **layer: padding == 0 and _starts_behind(padding=padding, **layer),
    starts_behind_in_padding=lambda padding, **layer: padding > 0 and _starts_behind(padding=padding, **layer),
    starts_on_the_last_pixel=lambda size, stride, padding, answer: (
        answer > 1 and (answer - 1) * stride == size + padding - 1
    ),
)  # fmt: skip


def _steps(stride, **layer):
    return _ceil(_room(**layer), stride)


ceil_output_size.misconceptions(
    floor_for_ceil=lambda stride, **layer: _room(**layer) // stride + 1,
    window_behind_the_input=lambda **layer: _steps(**layer) + 1,
    exception_with_padding_only=lambda padding, **layer: (
        _steps(padding=padding, **layer) + (not (padding and _starts_behind(padding=padding, **layer)))
    ),
    start_right_behind_the_input_kept=lambda size, stride, padding, kernel: (
        _steps(stride, size=size, kernel=kernel, padding=padding)
        + (_steps(stride, size=size, kernel=kernel, padding=padding) * stride <= size + padding)
    ),
    one_more_in_any_case=lambda stride, **layer: _room(**layer) // stride + 2,
    start_counted_from_the_first_pixel=lambda size, stride, **layer: (
        _steps(size=size, stride=stride, **layer) + (_steps(size=size, stride=stride, **layer) * stride < size)
    ),
    padding_on_one_side=lambda size, kernel, stride, padding: _ceil(size + padding - kernel, stride) + 1,
)


# How a case is drawn, and set in the chapter's explorer: by the layer that it is about

_LIMITS = {"size": 12, "kernel": 7, "stride": 5, "padding": 3, "dilation": 3}  # of the explorer


_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1}


def _settings(padding=0, **layer):
    """The settings of the explorer that show a layer; None where it is too large, or padded unevenly."""
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    layer["padding"] = before
    if before != after or any(layer[name] > limit for name, limit in _LIMITS.items() if name in layer):
        return None
    return {name: value for name, value in layer.items() if value != _DEFAULTS.get(name)}


def _shows(asked, layer):
    """Declare which layer a case is about, by its arguments and the right answer; None where there is none."""

    def showing(show, nothing):
        return lambda answer, **case: show(**shown) if (shown := layer(answer=answer, **case)) else nothing

    asked.drawing(showing(draw_windows, []))
    asked.explorer("ArithmeticExplorer", showing(_settings, None))


_shows(output_size, lambda answer, **layer: layer)
_shows(dropped_pixels, lambda answer, **layer: layer)
_shows(same_padding, lambda answer, extra, **layer: layer | {"padding": answer})
_shows(find_padding, lambda answer, output, **layer: None if answer is None else layer | {"padding": answer})
_shows(input_sizes, lambda answer, output, **layer: layer | {"size": answer[0]})
_shows(ceil_output_size, lambda answer, **layer: layer | {"ceil_mode": True})
