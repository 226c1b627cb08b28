"""The questions of the chapter on the arithmetic of convolution: integers along one axis.

In every question the kernel spans ``dilation * (kernel - 1) + 1`` pixels, and `padding` pixels are added on each side.
"""

from cnnbook import arithmetic

from ._compare import compare, is_integer
from ._question import Case, question

_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "extra": "after"}


def _case(*args, **options):
    """A case that leaves out the options which are at their default, so that it is short to read."""
    return Case(*args, **{name: value for name, value in options.items() if value != _DEFAULTS[name]})


def _draw(rng, *, strides=4):
    """Draw layers whose kernel fits, without an end."""
    while True:
        size, kernel, padding = (int(rng.integers(*limits)) for limits in ((1, 40), (1, 8), (0, 4)))
        dilation = int(rng.integers(1, 4)) if kernel > 1 else 1
        stride = int(rng.integers(1, strides + 1))
        if _room(size, kernel, padding, dilation) >= 0:
            yield {"size": size, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}


def _span(kernel, dilation):
    return dilation * (kernel - 1) + 1


def _room(size, kernel, padding=0, dilation=1, **_):
    """How far the kernel can move in the padded input."""
    return size + 2 * padding - _span(kernel, dilation)


# How many positions?


@question(points=2)
def output_size(size, kernel, *, stride=1, padding=0, dilation=1):
    """At how many positions does the kernel fit? The output size of a convolution."""
    return arithmetic.output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)


@output_size.cases
def _(rng):
    yield Case(5, 3)
    yield Case(7, 3, stride=2)
    yield Case(8, 3, stride=2)  # a pixel is left over
    yield Case(8, 2, stride=5)  # 6 / 5 is nearer to 1 ...
    yield Case(9, 2, stride=4)  # ... and 7 / 4 nearer to 2, but a window has to fit whole
    yield Case(5, 3, padding=1)
    yield Case(7, 3, dilation=2)
    yield Case(28, 5, stride=3, padding=2)  # the notes' exercise
    yield Case(227, 11, stride=4)  # AlexNet's first layer ...
    yield Case(224, 11, stride=4)  # ... and with the size that its paper states
    for layer in _draw(rng):
        yield _case(layer.pop("size"), layer.pop("kernel"), **layer)


output_size.misconception(
    "ceil for floor",
    "You rounded up. A window counts only if all of it lies in the padded input: a remainder is dropped, so floor.",
    lambda stride, **layer: -(-_room(**layer) // stride) + 1,
)
output_size.misconception(
    "rounded to the nearest",
    "You rounded to the nearest integer. A window that fits by half does not fit: floor, which is // in Python.",
    lambda stride, **layer: round(_room(**layer) / stride) + 1,
)
output_size.misconception(
    "padding on one side",
    "You added the padding once. It stands on both sides of the input, so the size grows by 2 * padding.",
    lambda stride, padding, **layer: (_room(**layer) + padding) // stride + 1,
)
output_size.misconception(
    "dilation off by one",
    "You took the dilation for the pixels between two taps. It is the step from tap to tap: 1 leaves none out.",
    lambda stride, dilation, **layer: _room(dilation=dilation + 1, **layer) // stride + 1,
)
output_size.misconception(
    "taps counted for gaps",
    "You took dilation * kernel for the span. Between k taps are k - 1 gaps: dilation * (kernel - 1) + 1.",
    lambda size, kernel, stride, padding, dilation: (size + 2 * padding - dilation * kernel) // stride + 1,
)
output_size.misconception(
    "first window forgotten",
    "You counted the steps. The window stands at its first place before it takes any step: one more.",
    lambda stride, **layer: _room(**layer) // stride,
)
output_size.misconception(
    "one added before the division",
    "You added 1 and then divided. Divide the room by the stride; the first window comes on top of that.",
    lambda stride, **layer: (_room(**layer) + 1) // stride,
)
output_size.misconception(
    "stride ignored",
    "You left out the stride. The kernel moves by `stride` pixels a step, so there are fewer positions.",
    lambda stride, **layer: _room(**layer) + 1,
)


# What is left over?


@question(points=1)
def dropped_pixels(size, kernel, *, stride=1, padding=0, dilation=1):
    """How many pixels of the input lie beyond the last window? The padding is smaller than the kernel's span."""
    return max(0, _room(size, kernel, padding, dilation) % stride - padding)


@dropped_pixels.cases
def _(rng):
    yield Case(7, 3, stride=2)
    yield Case(8, 3, stride=2)
    yield Case(9, 2, stride=4)
    yield Case(9, 3, stride=3, padding=2)  # what is left over is padding
    yield Case(9, 2, stride=5, padding=1)  # 4 are left over, one of them padding
    yield Case(12, 3, stride=4, dilation=2)
    for layer in _draw(rng, strides=6):
        if layer["stride"] > 1 and layer["padding"] < _span(layer["kernel"], layer["dilation"]):
            yield _case(layer.pop("size"), layer.pop("kernel"), **layer)


dropped_pixels.misconception(
    "padding counted",
    "You counted all that is left over of the padded input. Its last `padding` pixels are not of the input.",
    lambda stride, **layer: _room(**layer) % stride,
)
dropped_pixels.misconception(
    "fewer than none",
    "You answered a negative number. Where only padding is left over, no pixel of the input is dropped: 0.",
    lambda stride, padding, **layer: _room(padding=padding, **layer) % stride - padding,
)
dropped_pixels.misconception(
    "pixels missing for pixels left",
    "You counted how many pixels the next window lacks. Asked is how many the last window leaves.",
    lambda stride, padding, **layer: max(0, -_room(padding=padding, **layer) % stride - padding),
)
dropped_pixels.misconception(
    "size divided by stride",
    "You took size % stride. Before it steps, the kernel already covers its span: take that away first.",
    lambda size, stride, **layer: size % stride,
)
dropped_pixels.misconception(
    "padding ignored",
    "You left out the padding. It moves the first window, and every other with it.",
    lambda stride, padding, **layer: _room(**layer) % stride,
)


# Same padding


@question(points=3, outputs=("before", "after"))
def same_padding(size, kernel, *, stride=1, dilation=1, extra="after"):
    """Which padding makes the output ceil(size / stride) pixels? Where it is odd, one more goes to the side `extra`."""
    before, after = arithmetic.same_padding(size, kernel, stride=stride, dilation=dilation)
    return (before, after) if extra == "after" else (after, before)


@same_padding.cases
def _(rng):
    yield Case(5, 3)
    yield Case(5, 2)
    yield Case(5, 2, extra="before")
    yield Case(7, 3, stride=2)
    yield Case(8, 3, stride=2)
    yield Case(8, 3, stride=2, extra="before")
    yield Case(8, 1, stride=4)  # the windows leave pixels out: nothing to pad
    yield Case(7, 3, dilation=2)
    yield Case(224, 7, stride=2)  # ResNet's first layer
    for layer in _draw(rng):
        del layer["padding"]
        yield _case(layer.pop("size"), layer.pop("kernel"), **layer, extra=str(rng.choice(["before", "after"])))


def _split(total, extra):
    small, large = total // 2, total - total // 2
    return (small, large) if extra == "after" else (large, small)


def _total(size, kernel, stride, dilation, output=None):
    """Padding on both sides together, with nothing dropped: negative where windows leave pixels out."""
    return ((-(-size // stride) if output is None else output) - 1) * stride + _span(kernel, dilation) - size


same_padding.misconception(
    "output as large as the input",
    "You made the output as large as the input, by p = [s(l - 1) + l' - l] / 2. With a stride, 'same' means "
    "ceil(size / stride) pixels: filling the input with padding would undo the stride.",
    lambda size, extra, **layer: _split(_total(size, output=size, **layer), extra),
)
same_padding.misconception(
    "stride ignored",
    "You padded by span - 1, which is right for stride 1. With a larger stride the last window starts earlier.",
    lambda size, kernel, stride, dilation, extra: _split(_span(kernel, dilation) - 1, extra),
)
same_padding.misconception(
    "extra pixel on the wrong side",
    "You put the odd pixel on the other side. With extra='after' (TensorFlow, SAME_UPPER of ONNX) it goes after.",
    lambda extra, **layer: same_padding.reference(**layer, extra="before" if extra == "after" else "after"),
)
same_padding.misconception(
    "extra ignored",
    "You always put the odd pixel after. The option `extra` says on which side it goes.",
    lambda extra, **layer: same_padding.reference(**layer),
)
same_padding.misconception(
    "the same on both sides",
    "You rounded half of the total down on both sides. An odd total has a pixel more: it goes to one of them.",
    lambda extra, **layer: (max(0, _total(**layer)) // 2,) * 2,
)
same_padding.misconception(
    "half a kernel",
    "You padded both sides by half of the kernel's span. That is right for odd spans and stride 1 only.",
    lambda size, kernel, stride, dilation, extra: (_span(kernel, dilation) // 2,) * 2,
)
same_padding.misconception(
    "negative padding",
    "You answered a negative padding. Where the windows leave pixels out anyway, none is needed: at least 0.",
    lambda extra, **layer: _split(_total(**layer), extra),
)
same_padding.misconception(
    "output rounded down",
    "You made the output floor(size / stride). 'Same' rounds up: the first of every `stride` pixels has its window.",
    lambda size, stride, extra, **layer: _split(
        max(0, _total(size, stride=stride, output=size // stride, **layer)), extra
    ),
)


# Which padding gives this output?


@question(points=3, note="every padding that works is accepted")
def find_padding(size, kernel, output, *, stride=1, dilation=1):
    """Which padding on both sides gives this output size? None where no padding does."""
    padding = max(0, -(-_total(size, kernel, stride, dilation, output) // 2))  # the smallest, if there is one
    return padding if _room(size, kernel, padding, dilation) // stride + 1 == output else None


@find_padding.cases
def _(rng):
    yield Case(5, 3, 5)
    yield Case(5, 3, 3)
    yield Case(5, 2, 5)  # an odd total cannot be split evenly ...
    yield Case(8, 3, 4, stride=2)  # ... but here the last pixel may stay unseen
    yield Case(9, 2, 1, stride=3)  # too many positions even without padding
    yield Case(9, 2, 2, stride=4)  # negative by the formula, but 0 will do
    yield Case(7, 3, 7, dilation=2)
    yield Case(224, 11, 55, stride=4)  # AlexNet, as its paper states it
    for layer in _draw(rng):
        output = _room(**layer) // layer["stride"] + 1 + int(rng.choice([-1, 0, 0, 0, 1]))
        del layer["padding"]
        if output > 0:
            yield _case(layer.pop("size"), layer.pop("kernel"), output, **layer)


@find_padding.judge
def _(got, expected, size, kernel, output, stride, dilation):
    if got is None and expected is not None:
        return f"None says that there is no such padding, or that the return is missing. Padding {expected} works."
    if not is_integer(got):
        return compare(got, None if got is None else 0)
    if got < 0:
        return "A padding cannot be negative."
    room = _room(size, kernel, got, dilation)
    if room < 0:
        return f"With padding {got} the kernel does not fit."
    gives = room // stride + 1
    return None if gives == output else f"Padding {got} gives an output of {gives}, not {output}."


find_padding.misconception(
    "rounded down",
    "You halved an odd total and rounded down, which is a pixel short. Round up, then see what output that gives.",
    lambda **layer: max(0, _total(**layer) // 2),
)
find_padding.misconception(
    "never impossible",
    "You always find a padding. Put it into the formula for the output: where another size comes out, none works.",
    lambda **layer: max(0, -(-_total(**layer) // 2)),
)
find_padding.misconception(
    "only without remainder",
    "You accept a padding only where the formula comes out even. With a stride the last pixels may stay unseen.",
    lambda **layer: None if _total(**layer) % 2 or _total(**layer) < 0 else _total(**layer) // 2,
)
find_padding.misconception(
    "padding on one side",
    "You answered the pixels of both sides together. The padding is what stands on each side: half of that.",
    lambda **layer: max(0, _total(**layer)),
)
find_padding.misconception(
    "negative padding",
    "You answered a negative padding. Where the formula goes below 0, see what output padding 0 gives.",
    lambda **layer: find_padding.reference(**layer) if _total(**layer) >= -1 else -(-_total(**layer) // 2),
)


# Which inputs give this output?


@question(points=2, outputs=("smallest", "largest"))
def input_sizes(output, kernel, *, stride=1, padding=0, dilation=1):
    """Which input sizes give this output size? The smallest and the largest, each at least 1."""
    smallest = _exact_input(output, kernel, stride, padding, dilation)
    return max(1, smallest), smallest + stride - 1


def _exact_input(output, kernel, stride, padding, dilation):
    return (output - 1) * stride + _span(kernel, dilation) - 2 * padding


@input_sizes.cases
def _(rng):
    yield Case(3, 3)
    yield Case(3, 3, stride=2)
    yield Case(3, 2, stride=4)
    yield Case(3, 3, padding=1)
    yield Case(1, 2, stride=3, padding=1)  # an input of 0 pixels is none
    yield Case(3, 3, stride=2, dilation=2)
    yield Case(55, 11, stride=4)  # AlexNet: 227 is one of four
    for layer in _draw(rng):
        layer["output"] = output = _room(**layer) // layer["stride"] + 1
        del layer["size"]
        if _exact_input(**layer) + layer["stride"] > 1:
            del layer["output"]
            yield _case(output, layer.pop("kernel"), **layer)


input_sizes.misconception(
    "one size only",
    "You inverted the formula, but it rounds: with stride s, up to s - 1 pixels more change nothing.",
    lambda **layer: (max(1, _exact_input(**layer)),) * 2,
)
input_sizes.misconception(
    "one pixel too many",
    "You allow `stride` pixels more. With so many, one more window fits.",
    lambda stride, **layer: tuple(max(1, _exact_input(stride=stride, **layer) + more) for more in (0, stride)),
)
input_sizes.misconception(
    "sizes below one",
    "You answered an input without pixels. With much padding the formula can go below 1; an input cannot.",
    lambda stride, **layer: (_exact_input(stride=stride, **layer), _exact_input(stride=stride, **layer) + stride - 1),
)
input_sizes.misconception(
    "remainder on the wrong side",
    "You went down from the exact size. With fewer pixels a window is lost; pixels more are the ones dropped.",
    lambda stride, **layer: tuple(max(1, _exact_input(stride=stride, **layer) - less) for less in (stride - 1, 0)),
)
input_sizes.misconception(
    "padding added",
    "You added the padding. It is part of what the kernel sees, so the input is smaller by 2 * padding.",
    lambda padding, **layer: input_sizes.reference(**layer, padding=-padding),
)
input_sizes.misconception(
    "padding ignored",
    "You left out the padding. It is part of what the kernel sees, so the input is smaller by 2 * padding.",
    lambda padding, **layer: input_sizes.reference(**layer),
)
input_sizes.misconception(
    "steps counted for windows",
    "You multiplied the output by the stride. Between n windows are n - 1 steps.",
    lambda output, **layer: input_sizes.reference(output + 1, **layer),
)


# Rounding up


@question(points=2)
def ceil_output_size(size, kernel, *, stride=1, padding=0):
    """The output size of a pooling that rounds up, less a last window that would start in the padding at the end."""
    return arithmetic.output_size(size, kernel, stride=stride, padding=padding, ceil_mode=True)


@ceil_output_size.cases
def _(rng):
    yield Case(7, 3, stride=2)
    yield Case(8, 3, stride=2)
    yield Case(5, 2, stride=2)
    yield Case(3, 2, stride=2, padding=1)  # one more window would see nothing but padding
    yield Case(4, 3, stride=2, padding=1)
    yield Case(2, 4, stride=3, padding=2)  # and here it starts on the last pixel
    yield Case(112, 3, stride=2, padding=1)  # ResNet's pooling
    for layer in _draw(rng):
        padding = min(layer["padding"], layer["kernel"] // 2)  # as PyTorch demands of a pooling
        if _room(layer["size"], layer["kernel"], padding) >= 0:
            yield _case(layer["size"], layer["kernel"], stride=layer["stride"], padding=padding)


def _steps(stride, **layer):
    return -(-_room(**layer) // stride)


ceil_output_size.misconception(
    "floor for ceil",
    "You rounded down. Here a last window may hang over the end.",
    lambda stride, **layer: _room(**layer) // stride + 1,
)
ceil_output_size.misconception(
    "window in the padding",
    "You kept a last window that starts in the padding at the end. It sees no pixel of the input: drop it.",
    lambda **layer: _steps(**layer) + 1,
)
ceil_output_size.misconception(
    "one more in any case",
    "You added one to the size that is rounded down. Where nothing is left over, there is no window more.",
    lambda stride, **layer: _room(**layer) // stride + 2,
)
ceil_output_size.misconception(
    "start counted from the first pixel",
    "You dropped a window that still sees the input. Its start is counted from the padding before the input: "
    "compare with size + padding.",
    lambda size, stride, **layer: (
        _steps(size=size, stride=stride, **layer) + (_steps(size=size, stride=stride, **layer) * stride < size)
    ),
)
ceil_output_size.misconception(
    "padding on one side",
    "You added the padding once. It stands on both sides of the input, so the size grows by 2 * padding.",
    lambda size, kernel, stride, padding: -(-(size + padding - kernel) // stride) + 1,
)


# One mistake that every question with a dilation can meet

for _asked in (output_size, dropped_pixels, same_padding, find_padding, input_sizes):
    _asked.misconception(
        "dilation ignored",
        "You left out the dilation. With dilation d the taps stand d pixels apart, so the kernel spans more.",
        lambda dilation, reference=_asked.reference, **layer: reference(**layer),
    )
