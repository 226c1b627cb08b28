"""Layers along one axis, which cases of several questions are about: how one is drawn, shown, and goes wrong."""

from ._windows import draw_windows

_RARE = 0.05  # how often a number is far larger than most, as real networks have them


def span(kernel, dilation=1):
    return dilation * (kernel - 1) + 1


def room(size, kernel, padding=0, dilation=1, **_):
    """How far the kernel can move in the padded input."""
    return size + 2 * padding - span(kernel, dilation)


def ceil(dividend, divisor):
    return -(-dividend // divisor)


def either(rng, *choices, rare=None):
    """One of several ranges, then a number from it; one of a rare range now and then."""
    if rare and rng.random() < _RARE:
        return int(rng.integers(*rare))
    return int(rng.integers(*choices[rng.integers(len(choices))]))


def draw_size(rng):
    """A size of the input. Small ones come often: that is where layers are odd."""
    return either(rng, (1, 6), (1, 6), (1, 12), (1, 40), rare=(40, 500))


def draw_layer(rng):
    """Any layer."""
    return {
        "size": draw_size(rng),
        "kernel": either(rng, (1, 5), (1, 6), (1, 12)),
        "stride": either(rng, (1, 3), (1, 6), (2, 8), rare=(8, 33)),
        "padding": either(rng, (0, 2), (0, 6), (2, 8), rare=(8, 110)),
        "dilation": either(rng, (1, 2), (1, 4), (2, 6), rare=(6, 25)),
    }


def draw_fitting(rng):
    """A layer of which the kernel fits, or None."""
    layer = draw_layer(rng)
    return layer if room(**layer) >= 0 else None


def gaps(stride, **layer):
    """How many pixels lie between one window and the next, all together."""
    return room(**layer) // stride * max(0, stride - span(layer["kernel"], layer["dilation"]))


# Padding on two sides


def split(total, extra):
    small, large = total // 2, total - total // 2
    return (small, large) if extra == "after" else (large, small)


def missing(size, kernel, stride, dilation, output=None):
    """Padding on both sides together, with nothing dropped: negative where the last window ends earlier."""
    return ((ceil(size, stride) if output is None else output) - 1) * stride + span(kernel, dilation) - size


def to_even(total, extra):
    """What ``round(total / 2)`` gives: Python rounds a half to the nearest even number."""
    half = round(total / 2)
    return (half, total - half) if extra == "after" else (total - half, half)


# Inputs that fit exactly, and windows at the end


def exact_input(output, kernel, stride, padding, dilation):
    """The input of which nothing is dropped."""
    return (output - 1) * stride + span(kernel, dilation) - 2 * padding


def steps(stride, **layer):
    return ceil(room(**layer), stride)


def beyond(size, stride, padding, **layer):
    """By how many pixels the last window starts behind the input, were it not dropped. Below 0 it sees the input."""
    return steps(stride, size=size, padding=padding, **layer) * stride - size - padding


# Where an answer about a layer can go wrong by itself

TWO_IN_ONE = (  # regions that say two things, so that their contraries say "or"
    "one_tap_dilated", "only_padding_left_over", "left_over_by_several_taps",
    "odd_total_before", "odd_total_after", "odd_total_above_one", "several_odd_before", "large_padding",
    "pixels_unseen", "less_than_none_by_formula", "starts_behind_without_padding",
)  # fmt: skip

KERNELS = {
    "one_tap": lambda kernel: kernel == 1,
    "even_kernel": lambda kernel: kernel % 2 == 0,
    "stride_beyond_kernel": lambda kernel, stride: stride > kernel,
}
INPUTS = {
    "one_pixel": lambda size: size == 1,
    "kernel_beyond_input": lambda size, kernel: kernel > size,
    "stride_beyond_input": lambda size, stride: stride > size,
}
STEPS = {
    "nothing_left_over": lambda stride, **layer: room(**layer) % stride == 0,
    "one_position": lambda stride, **layer: room(**layer) < stride,
}
DILATIONS = {
    "one_tap_dilated": lambda kernel, dilation: kernel == 1 and dilation > 1,
    "span_beyond_input": lambda size, kernel, dilation: span(kernel, dilation) > size,
}


# How a case is drawn, and set in the chapter's explorer: by the layer that it is about

_LIMITS = {"size": 12, "kernel": 7, "stride": 5, "padding": 3, "dilation": 3}  # of the explorer


def _settings(padding=0, **layer):
    """The settings of the explorer that show a layer; None where it is too large, or padded unevenly."""
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    layer["padding"] = before
    if before != after or any(layer[name] > limit for name, limit in _LIMITS.items() if name in layer):
        return None
    defaults = {"padding": 0, "dilation": 1}  # the explorer's; its stride is 2, so that it starts with pixels dropped
    return {name: value for name, value in ({"stride": 1} | layer).items() if value != defaults.get(name)}


def shows(asked, layer):
    """Declare which layer a case is about, by its arguments and the right answer; None where there is none."""

    def showing(show, nothing):
        return lambda answer, **case: show(**shown) if (shown := layer(answer=answer, **case)) else nothing

    asked.drawing(showing(draw_windows, []))
    asked.explorer("ArithmeticExplorer", showing(_settings, None))
