"""Layers along one axis, which cases of several questions are about: how one is drawn, shown, and goes wrong."""

from ._windows import draw_windows


def span(kernel, dilation=1):
    return dilation * (kernel - 1) + 1


def room(size, kernel, padding=0, dilation=1, **_):
    """How far the kernel can move in the padded input."""
    return size + 2 * padding - span(kernel, dilation)


def ceil(dividend, divisor):
    return -(-dividend // divisor)


def either(rng, *choices):
    """One of several ranges, then a number from it."""
    return int(rng.integers(*choices[rng.integers(len(choices))]))


def draw_size(rng):
    """A size of the input. Small ones come often: that is where layers are odd."""
    return either(rng, (1, 6), (1, 6), (1, 12), (1, 40)) if rng.random() < 0.95 else int(rng.integers(40, 300))


def draw_layer(rng):
    """Any layer."""
    return {
        "size": draw_size(rng),
        "kernel": either(rng, (1, 5), (1, 6), (1, 12)),
        "stride": either(rng, (1, 3), (1, 6), (2, 8)),
        "padding": either(rng, (0, 2), (0, 6), (2, 8)),
        "dilation": either(rng, (1, 2), (1, 4), (2, 6)),
    }


def draw_fitting(rng):
    """A layer of which the kernel fits, or None."""
    layer = draw_layer(rng)
    return layer if room(**layer) >= 0 else None


# Where an answer about a layer can go wrong by itself

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


_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1}


def _settings(padding=0, **layer):
    """The settings of the explorer that show a layer; None where it is too large, or padded unevenly."""
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    layer["padding"] = before
    if before != after or any(layer[name] > limit for name, limit in _LIMITS.items() if name in layer):
        return None
    return {name: value for name, value in layer.items() if value != _DEFAULTS.get(name)}


def shows(asked, layer):
    """Declare which layer a case is about, by its arguments and the right answer; None where there is none."""

    def showing(show, nothing):
        return lambda answer, **case: show(**shown) if (shown := layer(answer=answer, **case)) else nothing

    asked.drawing(showing(draw_windows, []))
    asked.explorer("ArithmeticExplorer", showing(_settings, None))
