"""The questions of the chapter on the arithmetic of convolution: integers along one axis.

In every question the kernel spans ``dilation * (kernel - 1) + 1`` pixels, and `padding` pixels are added on each side.
The formulas stand here by themselves, rather than be taken from ``cnnbook.arithmetic``: they also say what an answer
gives that leaves an option out, where the kernel then no longer fits.
"""

from ._cases import Case
from ._compare import compare, is_integer
from ._findings import Finding
from ._layers import (
    DILATIONS,
    INPUTS,
    KERNELS,
    STEPS,
    TWO_IN_ONE,
    beyond,
    ceil,
    draw_fitting,
    draw_layer,
    draw_size,
    either,
    exact_input,
    gaps,
    missing,
    room,
    shows,
    span,
    split,
    steps,
    to_even,
)
from ._question import question

# How many positions?


@question(points=2, minutes=15, difficulty=1)
def output_size(size, kernel, *, stride=1, padding=0, dilation=1):
    """At how many positions does the kernel fit? The output size of a convolution: it fits at one, at least."""
    return room(size, kernel, padding, dilation) // stride + 1


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
    Case(224, 16, stride=16),  # the patches of a vision transformer
    Case(65, 3, padding=12, dilation=12),  # DeepLab
    Case(512, 3, padding=1),
)
output_size.draws(draw_fitting)
output_size.regions(
    *TWO_IN_ONE, **KERNELS, **INPUTS, **STEPS, **DILATIONS,
    output_beyond_input=lambda size, answer: answer > size,
)  # fmt: skip
output_size.misconceptions(
    ceil_for_floor=lambda stride, **layer: ceil(room(**layer), stride) + 1,
    rounded_to_the_nearest=lambda stride, **layer: round(room(**layer) / stride) + 1,
    padding_on_one_side=lambda stride, padding, **layer: (room(**layer) + padding) // stride + 1,
    dilation_for_pixels_between=lambda stride, dilation, **layer: room(dilation=dilation + 1, **layer) // stride + 1,
    taps_counted_for_gaps=lambda stride, **layer: (room(**layer) - layer["dilation"] + 1) // stride + 1,
    first_window_forgotten=lambda answer: answer - 1,
    one_added_before_the_division=lambda stride, **layer: (room(**layer) + 1) // stride,
)


# What is left over?


@question(points=1, minutes=10, difficulty=2)
def dropped_pixels(size, kernel, *, stride=1, padding=0, dilation=1):
    """How many pixels of the input lie beyond the last window?

    The kernel fits into the padded input, and the padding is smaller than the kernel's span.
    """
    return max(0, room(size, kernel, padding, dilation) % stride - padding)


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
    Case(30, 3, stride=20),
)


@dropped_pixels.draws
def _(rng):
    layer = draw_fitting(rng)
    if layer is None or layer["padding"] >= span(layer["kernel"], layer["dilation"]):
        return None
    layer["stride"] = either(rng, (1, 4), (2, 4), (2, 8), (4, 12))
    return layer if dropped_pixels.reference(**layer) or rng.random() < 0.3 else None  # most layers drop nothing


dropped_pixels.regions(
    *TWO_IN_ONE, **KERNELS, **INPUTS, **STEPS, **DILATIONS,
    nothing_dropped=lambda answer: answer == 0,
    only_padding_left_over=lambda stride, padding, **layer: 0 < room(padding=padding, **layer) % stride <= padding,
    dilation_matters=lambda answer, dilation, **layer: dropped_pixels.reference(**layer) != answer,
    gaps_between=lambda **layer: gaps(**layer) > 0,
    some_padding_left_over=lambda padding, answer: padding > 0 and answer > 0,
)  # fmt: skip
dropped_pixels.misconceptions(
    padding_counted=lambda stride, **layer: room(**layer) % stride,
    fewer_than_none=lambda stride, padding, **layer: room(padding=padding, **layer) % stride - padding,
    pixels_missing_for_pixels_left=lambda **layer: max(0, -room(**layer) % layer["stride"] - layer["padding"]),
    size_divided_by_stride=lambda size, stride: size % stride,
    gaps_counted=lambda answer, **layer: answer + gaps(**layer),
)


# Same padding


@question(points=3, minutes=25, difficulty=2, outputs=("before", "after"))
def same_padding(size, kernel, *, stride=1, dilation=1, extra="after"):
    """Which padding makes the output ceil(size / stride) pixels? Where it is odd, one more goes to the side `extra`."""
    return split(max(0, missing(size, kernel, stride, dilation)), extra)


same_padding.cases(
    Case(5, 3),
    Case(5, 2),
    Case(5, 2, extra="before"),
    Case(5, 4, extra="before"),
    Case(7, 3, stride=2),
    Case(8, 3),
    Case(8, 3, stride=2),
    Case(8, 3, stride=2, extra="before"),
    Case(8, 1, stride=4),  # pixels are left over even without padding
    Case(7, 3),
    Case(7, 3, dilation=2),
    Case(224, 7, stride=2),  # ResNet's first layer
)


@same_padding.draws
def _(rng):
    layer = draw_layer(rng)
    del layer["padding"]
    layer["stride"] = max(layer["stride"], either(rng, (1, 2), (1, 16)))  # so that pixels are left over
    return layer | {"extra": str(rng.choice(["before", "after"]))}


same_padding.regions(
    *TWO_IN_ONE, **KERNELS, **INPUTS, **DILATIONS,
    stride_divides_size=lambda size, stride: size % stride == 0,
    nothing_to_pad=lambda answer: sum(answer) == 0,
    pixels_left_over=lambda extra, **layer: missing(**layer) < 0,
    left_over_by_several_taps=lambda extra, kernel, **layer: kernel > 1 and missing(kernel=kernel, **layer) < 0,
    odd_total=lambda answer: sum(answer) % 2 == 1,
    odd_total_before=lambda extra, answer: sum(answer) % 2 == 1 and extra == "before",
    odd_total_after=lambda extra, answer: sum(answer) % 2 == 1 and extra == "after",
    odd_total_above_one=lambda answer: sum(answer) % 2 == 1 and sum(answer) > 1,
    several_odd_before=lambda extra, answer: sum(answer) % 2 == 1 and sum(answer) > 1 and extra == "before",
)  # fmt: skip
same_padding.misconceptions(
    output_as_large_as_the_input=lambda size, extra, **layer: split(missing(size, output=size, **layer), extra),
    extra_pixel_on_the_wrong_side=lambda answer: answer[::-1],
    extra_pixel_always_before=lambda answer: (max(answer), min(answer)),
    rounded_down_on_both_sides=lambda answer: (min(answer), min(answer)),
    rounded_up_on_both_sides=lambda answer: (max(answer), max(answer)),
    rounded_to_even=lambda answer, extra: to_even(sum(answer), extra),
    half_a_kernel=lambda kernel, dilation: (span(kernel, dilation) // 2,) * 2,
    negative_padding=lambda extra, **layer: split(missing(**layer), extra),
    output_rounded_down=lambda size, stride, extra, **layer: split(
        max(0, missing(size, stride=stride, output=size // stride, **layer)), extra
    ),
)


# Which padding gives this output?


@question(points=3, minutes=25, difficulty=3, note="every_padding", uses=("output_size",))
def find_padding(size, kernel, output, *, stride=1, dilation=1):
    """Which padding on both sides gives this output size? None where no padding does."""
    padding = max(0, ceil(missing(size, kernel, stride, dilation, output), 2))  # the smallest, if there is one
    return padding if room(size, kernel, padding, dilation) // stride + 1 == output else None


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
    Case(64, 3, 64, dilation=12),  # DeepLab
    Case(8, 3, 220),  # 107
)


@find_padding.draws
def _(rng):
    layer = draw_fitting(rng)
    if layer is None:
        return None
    output = room(**layer) // layer["stride"] + 1 + int(rng.choice([-1, 0, 0, 0, 1]))
    del layer["padding"]
    return layer | {"output": output} if output > 0 else None


find_padding.regions(
    *TWO_IN_ONE, **KERNELS, **INPUTS, **DILATIONS,
    output_one=lambda output: output == 1,
    output_beyond_input=lambda size, output: output > size,
    impossible=lambda answer: answer is None,
    no_padding_needed=lambda answer: answer == 0,
    less_than_none_by_formula=lambda answer, **layer: answer == 0 and missing(**layer) < -1,
    large_padding=lambda answer: answer is not None and answer > 3,
    too_many_without_padding=lambda answer, **layer: answer is None and missing(**layer) < 0,
    pixels_unseen=lambda answer, **layer: answer is not None and missing(**layer) != 2 * answer,
    odd_total=lambda **layer: missing(**layer) % 2 == 1,
)  # fmt: skip


@find_padding.judge
def _(got, expected, size, kernel, output, stride, dilation):
    if got is None:
        return None if expected is None else Finding("none_found", {"padding": expected})

    def gives(padding):
        return int(output_size.reference(size, kernel, stride=stride, padding=padding, dilation=dilation))

    if not is_integer(got):
        tried = [None] if expected is None else range(expected, expected + stride)
        found = [compare(got, padding) for padding in tried if padding is None or gives(padding) == output]
        return next((finding for finding in found if finding.value_is_right), found[0])
    if got < 0:
        return Finding("negative")
    if room(size, kernel, got, dilation) < 0:
        return Finding("does_not_fit", {"padding": int(got)})
    slots = {"padding": int(got), "gives": gives(got), "output": output}
    return None if gives(got) == output else Finding("gives", slots)


find_padding.misconceptions(
    rounded_down=lambda **layer: max(0, missing(**layer) // 2),
    never_impossible=lambda **layer: max(0, ceil(missing(**layer), 2)),
    only_without_remainder=lambda **layer: (
        None if missing(**layer) % 2 or missing(**layer) < 0 else missing(**layer) // 2
    ),
    padding_on_one_side=lambda **layer: max(0, missing(**layer)),
    negative_padding=lambda answer, **layer: answer if missing(**layer) >= -1 else ceil(missing(**layer), 2),
)


# Which inputs give this output?


@question(points=2, minutes=20, difficulty=2, outputs=("smallest", "largest"))
def input_sizes(output, kernel, *, stride=1, padding=0, dilation=1):
    """Which input sizes give this output size? The smallest and the largest, each at least 1."""
    smallest = exact_input(output, kernel, stride, padding, dilation)
    return max(1, smallest), smallest + stride - 1


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
    Case(512, 3, stride=2),
)


@input_sizes.draws
def _(rng):
    layer = draw_fitting(rng)
    if layer is None:
        return None
    layer["output"] = room(**layer) // layer["stride"] + 1
    del layer["size"]
    return layer


input_sizes.regions(
    *TWO_IN_ONE, **KERNELS, **{"one_tap_dilated": DILATIONS["one_tap_dilated"]},
    output_one=lambda output: output == 1,
    kernel_beyond_output=lambda output, kernel: kernel > output,
    below_one=lambda **layer: exact_input(**layer) < 1,
    exactly_one=lambda **layer: exact_input(**layer) == 1,
    one_size=lambda answer: answer[0] == answer[1],
    smaller_than_output=lambda output, answer: answer[0] < output,
)  # fmt: skip
input_sizes.misconceptions(
    one_size_only=lambda answer: (answer[0], answer[0]),
    one_pixel_too_many=lambda answer: (answer[0], answer[1] + 1),
    sizes_below_one=lambda answer, **layer: (exact_input(**layer), answer[1]),
    remainder_on_the_wrong_side=lambda answer, stride: tuple(max(1, size - stride + 1) for size in answer),
    padding_added=lambda padding, **layer: input_sizes.reference(**layer, padding=-padding),
    steps_counted_for_windows=lambda output, **layer: input_sizes.reference(output + 1, **layer),
    padding_on_one_side=lambda stride, padding, **layer: (
        max(1, (fewest := exact_input(stride=stride, padding=padding, **layer) + padding)),
        fewest + stride - 1,
    ),
    largest_first=lambda answer: answer[::-1],
)


# Rounding up


@question(points=2, minutes=20, difficulty=3)
def ceil_output_size(size, kernel, *, stride=1, padding=0):
    """The output size of a pooling that rounds up, less a last window that would start behind the input.

    Behind the input is where its last pixel is over: in the padding at the end or, without padding, beyond the edge.
    The kernel fits into the padded input.
    """
    steps = ceil(room(size, kernel, padding), stride)
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
    kernel = either(rng, (1, 4), (1, 6), (2, 12))
    layer = {
        "size": draw_size(rng),
        "kernel": kernel,
        "stride": either(rng, (1, 2), (2, 6), (2, 9)),
        "padding": int(rng.integers(kernel // 2 + 1)),  # at most half a kernel, as PyTorch demands of a pooling
    }
    return layer if room(**layer) >= 0 else None


ceil_output_size.regions(
    *TWO_IN_ONE, **KERNELS, **INPUTS, **STEPS,
    hangs_over=lambda size, kernel, stride, padding, answer: (answer - 1) * stride + kernel > size + 2 * padding,
    starts_behind=lambda **layer: beyond(**layer) >= 0,
    starts_behind_without_padding=lambda padding, **layer: padding == 0 and beyond(padding=0, **layer) >= 0,
    starts_behind_in_padding=lambda padding, **layer: padding > 0 and beyond(padding=padding, **layer) >= 0,
    starts_right_behind=lambda **layer: beyond(**layer) == 0,
    starts_on_the_last_pixel=lambda **layer: beyond(**layer) == -1,
)  # fmt: skip
ceil_output_size.misconceptions(
    floor_for_ceil=lambda stride, **layer: room(**layer) // stride + 1,
    window_behind_the_input=lambda **layer: steps(**layer) + 1,
    exception_with_padding_only=lambda answer, padding, **layer: answer if padding else steps(**layer) + 1,
    start_right_behind_the_input_kept=lambda answer, **layer: answer + (beyond(**layer) == 0),
    one_more_in_any_case=lambda stride, **layer: room(**layer) // stride + 2,
    start_counted_from_the_first_pixel=lambda **layer: steps(**layer) + (beyond(**layer) < -layer["padding"]),
    padding_on_one_side=lambda size, kernel, stride, padding: ceil(size + padding - kernel, stride) + 1,
)

# Which layer a case is about, to draw it and to set the explorer

shows(output_size, lambda answer, **layer: layer)
shows(dropped_pixels, lambda answer, **layer: layer)
shows(same_padding, lambda answer, extra, **layer: layer | {"padding": answer})
shows(find_padding, lambda answer, output, **layer: None if answer is None else layer | {"padding": answer})
shows(input_sizes, lambda answer, output, **layer: layer | {"size": answer[0]})
shows(ceil_output_size, lambda answer, **layer: layer | {"ceil_mode": True})
