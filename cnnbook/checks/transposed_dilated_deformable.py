"""The questions of the chapter on transposed, dilated and deformable kernels: one channel, no batch.

Numbers of the cases are whole, and points lie at quarters of a pixel, so that every way to sum up gives the same.
"""

import numpy as np

from .. import datasets
from ._cases import Case
from ._layers import either, span
from ._question import question
from .cross_correlation import correlate, draw_matrix, padded, turned


def spread(array, step):
    """With ``step - 1`` zeros between its numbers, down and across."""
    wide = np.zeros([step * (size - 1) + 1 for size in array.shape])
    wide[::step, ::step] = array
    return wide


def stamped(x, kernel, stride=1):
    """Transposed: the numbers apart, and under the turned kernel wherever it meets them."""
    kH, kW = kernel.shape
    return correlate(padded(spread(x, stride), kH - 1, kW - 1), turned(kernel))


def cut(array, before, after):
    """Without so many rows and columns at the start and at the end."""
    H, W = array.shape
    return array[before : H - after, before : W - after]


X = np.array([[1, 2, 0], [3, -1, 2]], float)
KERNEL = np.array([[1, 2], [0, 3]], float)
HIGH = np.array([[1, 0], [2, -1], [1, 4]], float)

SHAPES = {
    "one_row": lambda kH: kH == 1,
    "one_column": lambda kW: kW == 1,
    "higher_kernel": lambda kH, kW: kH > kW,
    "higher_image": lambda H, W: H > W,
}
STAMPS = {
    "one_input_row": lambda H: H == 1,
    "one_input_column": lambda W: W == 1,
    "stride_beyond_kernel": lambda kH, kW, stride: stride > min(kH, kW),
    "no_overlap": lambda kH, kW, stride: stride >= max(kH, kW),
}


# How large?


@question(points=2, minutes=15, difficulty=1)
def transposed_size(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """How many numbers does a transposed convolution make of `size` numbers? One, at least."""
    return stride * (size - 1) + span(kernel, dilation) - 2 * padding + output_padding


transposed_size.cases(
    Case(3, 3, stride=2),  # the chapter's row
    Case(4, 3),
    Case(4, 3, stride=2),
    Case(4, 2, stride=2),
    Case(5, 3, stride=2),
    Case(4, 3, stride=2, padding=1),
    Case(4, 3, stride=2, padding=1, output_padding=1),
    Case(4, 3, dilation=2),
    Case(14, 4, stride=2, padding=1),  # twice as large
    Case(1, 4),
    Case(16, 16, stride=8, padding=4),
)


@transposed_size.draws
def _(rng):
    stride = either(rng, (1, 3), (2, 6), (2, 9))
    layer = {
        "size": either(rng, (1, 4), (1, 12), rare=(12, 300)),
        "kernel": either(rng, (1, 4), (1, 6), (2, 12)),
        "stride": stride,
        "padding": either(rng, (0, 2), (0, 5), rare=(5, 12)),
        "output_padding": int(rng.integers(stride)) if rng.random() < 0.6 else 0,
        "dilation": either(rng, (1, 2), (1, 4), (2, 6)),
    }
    return layer if transposed_size.reference(**layer) >= 1 else None


transposed_size.regions(
    "one_tap_dilated",
    one_number=lambda size: size == 1,
    one_tap=lambda kernel: kernel == 1,
    even_kernel=lambda kernel: kernel % 2 == 0,
    gaps_between=lambda kernel, stride, dilation: stride > span(kernel, dilation),
    no_larger=lambda size, answer: answer <= size,
    twice_as_large=lambda size, answer: answer >= 2 * size,
    one_tap_dilated=lambda kernel, dilation: kernel == 1 and dilation > 1,
)


transposed_size.misconceptions(
    size_of_the_convolution=lambda size, kernel, stride, padding, output_padding, dilation: (
        (size + 2 * padding - span(kernel, dilation)) // stride + 1 + output_padding
    ),
    padding_added=lambda answer, padding: answer + 4 * padding,
    padding_on_one_side=lambda answer, padding: answer + padding,
    one_step_too_many=lambda answer, stride: answer + stride,
    stride_times_size=lambda size, stride, padding, output_padding: stride * size - 2 * padding + output_padding,
    stride_for_zeros_between=lambda answer, size, stride: answer + size - 1,
    zeros_into_the_kernel=lambda size, kernel, stride, padding, output_padding, dilation: (
        size - 1 + span(kernel, stride * dilation) - 2 * padding + output_padding
    ),
    output_padding_on_both_sides=lambda answer, output_padding: answer + output_padding,
    dilation_for_zeros_between=lambda answer, kernel: answer + kernel - 1,
)


# Stamps


@question(points=3, minutes=20, difficulty=2, count=120, axes={"x": "H W", "kernel": "kH kW", "answer": "H_out W_out"})
def stamp(x, kernel, *, stride=1):
    """The transposed convolution: each number of `x` stamps the kernel onto the output, `stride` places apart."""
    return stamped(x, kernel, stride)


stamp.cases(
    Case(np.array([[3, 1, 2]], float), np.array([[1, 2, 1]], float), stride=2),  # the chapter's row
    Case(X, KERNEL),
    Case(X, KERNEL, stride=2),
    Case(X, KERNEL.T),
    Case(X[::-1], KERNEL),
    Case(X, HIGH, stride=2),
    Case(np.arange(6.0).reshape(3, 2), np.ones((3, 3)), stride=3),
)


def draw_stamps(rng, largest=6):
    """Seldom square; strides below, at and above the kernel."""
    H, W = (either(rng, (1, 4), (1, 6), rare=(6, 9)) for _ in range(2))
    kH, kW = (either(rng, (1, 4), (2, 6), (2, largest)) for _ in range(2))
    return {"x": draw_matrix(rng, H, W), "kernel": draw_matrix(rng, kH, kW), "stride": either(rng, (1, 3), (1, 6))}


stamp.draws(draw_stamps)
stamp.regions(**SHAPES, **STAMPS)


def overwritten(x, kernel, stride, answer, kH, kW):
    """Stamp by stamp, each in place of what was there."""
    output = np.zeros_like(answer)
    for i, j in np.ndindex(x.shape):
        output[i * stride : i * stride + kH, j * stride : j * stride + kW] = x[i, j] * kernel
    return output


stamp.misconceptions(
    stamps_overwritten=overwritten,
    overlaps_averaged=lambda x, kernel, stride, answer: (
        answer / np.maximum(1, stamped(np.ones_like(x), np.ones_like(kernel), stride))
    ),
    zeros_into_the_kernel=lambda x, kernel, stride: stamped(x, spread(kernel, stride)),
    kernel_turned=lambda x, kernel, stride: stamped(x, turned(kernel), stride),
    convolved_for_transposed=lambda x, kernel, stride: correlate(
        padded(x, *(size - 1 for size in kernel.shape)), turned(kernel)
    )[::stride, ::stride],
    stride_for_zeros_between=lambda x, kernel, stride: stamped(x, kernel, stride + 1),
    one_stamp_beside_the_other=lambda x, kernel, stride: np.kron(x, kernel),
    room_for_one_step_more=lambda answer, stride: np.pad(answer, (0, stride)),
    output_as_large_as_stride_times_input=lambda answer, x, H, W, stride: np.pad(answer, ((0, stride), (0, stride)))[
        : stride * H, : stride * W
    ],
)


# Dilated


@question(
    points=2, minutes=20, difficulty=1, count=120, axes={"image": "H W", "kernel": "kH kW", "answer": "H_out W_out"}
)
def dilated_correlate(image, kernel, *, dilation=1):
    """The cross-correlation with a kernel whose taps lie `dilation` pixels apart, down and across, without padding."""
    return correlate(image, spread(kernel, dilation))


GRID = np.arange(35.0).reshape(5, 7) % 11
dilated_correlate.cases(
    Case(GRID, KERNEL),
    Case(GRID, KERNEL, dilation=2),
    Case(GRID, KERNEL.T),
    Case(GRID[::-1], KERNEL),
    Case(GRID, HIGH, dilation=2),
    Case(GRID, KERNEL, dilation=4),
)


@dilated_correlate.draws
def _(rng):
    kH, kW = (either(rng, (1, 4), (2, 5), rare=(5, 8)) for _ in range(2))
    dilation = either(rng, (1, 3), (1, 5))
    H, W = (span(size, dilation) + either(rng, (0, 3), (0, 6)) for size in (kH, kW))
    return {"image": draw_matrix(rng, H, W), "kernel": draw_matrix(rng, kH, kW), "dilation": dilation}


dilated_correlate.regions(
    **SHAPES,
    as_high_as_image=lambda H, kH, dilation: span(kH, dilation) == H,
    as_wide_as_image=lambda W, kW, dilation: span(kW, dilation) == W,
    dilation_beyond_kernel=lambda kH, kW, dilation: dilation > max(kH, kW),
    one_output=lambda answer: answer.size == 1,
)


def beside(image, kernel, rows, columns):
    """With taps as far apart as `rows` and `columns` say; where the image ends, zeros follow."""
    kH, kW = (span(size, step) for size, step in zip(kernel.shape, (rows, columns), strict=True))
    wide = np.zeros((kH, kW))
    wide[::rows, ::columns] = kernel
    H, W = image.shape
    return correlate(np.pad(image, ((0, max(0, kH - H)), (0, max(0, kW - W)))), wide)


dilated_correlate.misconceptions(
    dilation_for_zeros_between=lambda image, kernel, dilation: beside(image, kernel, dilation + 1, dilation + 1),
    zeros_into_the_image=lambda image, kernel, dilation: correlate(spread(image, dilation), kernel),
    stride_for_dilation=lambda image, kernel, dilation: correlate(image, kernel)[::dilation, ::dilation],
    steps_dilated_too=lambda answer, dilation: answer[::dilation, ::dilation],
    rows_alone=lambda image, kernel, dilation: beside(image, kernel, dilation, 1),
    columns_alone=lambda image, kernel, dilation: beside(image, kernel, 1, dilation),
    kernel_turned=lambda image, kernel, dilation: correlate(image, spread(turned(kernel), dilation)),
    zeros_after_the_last_tap=lambda answer, dilation: answer[
        : max(0, answer.shape[0] - dilation + 1), : max(0, answer.shape[1] - dilation + 1)
    ],
)


# Between pixels


def reading(image, down, right, pixel=None):
    """The four pixels around a point, and how far it lies from the upper left one."""
    pixel = pixel or outside_is_zero
    top, left = int(np.floor(down)), int(np.floor(right))
    near = np.array([[pixel(image, i, j) for j in (left, left + 1)] for i in (top, top + 1)], float)
    return near, down - top, right - left


def mixed(near, y, x):
    """The value, and its slopes down and to the right."""
    rows, columns = np.array([1 - y, y]), np.array([1 - x, x])
    value, (upper, lower), (one, other) = rows @ near @ columns, near @ columns, rows @ near
    return float(value), float(lower - upper), float(other - one)


def outside_is_zero(image, i, j):
    return image[i, j] if 0 <= i < image.shape[0] and 0 <= j < image.shape[1] else 0.0


def outside_is_edge(image, i, j):
    return image[min(max(i, 0), image.shape[0] - 1), min(max(j, 0), image.shape[1] - 1)]


def negative_from_the_end(image, i, j):
    """As Python counts."""
    return image[i, j] if -image.shape[0] <= i < image.shape[0] and -image.shape[1] <= j < image.shape[1] else 0.0


@question(
    points=3, minutes=30, difficulty=3, count=200, outputs=("value", "slope_down", "slope_right"), axes={"image": "H W"}
)
def bilinear(image, down, right):
    """What an image is between its pixels, zeros outside, and how that changes with a move down and to the right."""
    return mixed(*reading(image, down, right))


PIXELS = np.array([[2, 4], [6, 1]], float)
SLOPED = np.array([[0, 4, 8], [12, 16, -4]], float)
bilinear.cases(
    Case(PIXELS, 0.25, 0.5),  # the chapter's
    Case(PIXELS, 0.5, 0.25),
    Case(PIXELS, 0.25, 0.75),
    Case(PIXELS, 0.75, 0.5),
    Case(PIXELS[::-1], 0.25, 0.5),
    Case(PIXELS, 0.0, 0.0),
    Case(PIXELS, -0.5, 0.5),
    Case(SLOPED, 0.5, 1.25),
    Case(SLOPED, 1.0, 2.5),
    Case(SLOPED, -1.5, 0.0),
)


def draw_point(rng, size):
    """Mostly between pixels, at times on one, beyond the edge, or far outside."""
    return float(either(rng, (-4, 4 * size), (0, 4 * size - 3), (-8, 4 * size + 5)) / 4)


@bilinear.draws
def _(rng):
    H, W = (either(rng, (1, 4), (2, 6), rare=(6, 9)) for _ in range(2))
    return {"image": draw_matrix(rng, H, W), "down": draw_point(rng, H), "right": draw_point(rng, W)}


bilinear.regions(
    "on_a_pixel",
    above=lambda down: down < 0,
    left=lambda right: right < 0,
    below=lambda down, H: down > H - 1,
    beyond_right=lambda right, W: right > W - 1,
    level_with_a_row=lambda down: down % 1 == 0,
    level_with_a_column=lambda right: right % 1 == 0,
    on_a_pixel=lambda down, right: down % 1 == 0 and right % 1 == 0,
    reads_nothing=lambda down, right, H, W: not (-1 < down < H and -1 < right < W),
    higher_image=lambda H, W: H > W,
)


def reads(image, down, right, change):
    """Another mix of the four pixels."""
    return mixed(*change(*reading(image, down, right)))


def with_pixels(pixel):
    return lambda image, down, right: mixed(*reading(image, down, right, pixel))


def truncated(image, down, right):
    """Cut to a whole number, as int() does: towards 0."""
    top, left = int(down), int(right)
    near = np.array([[outside_is_zero(image, i, j) for j in (left, left + 1)] for i in (top, top + 1)], float)
    return mixed(near, down - top, right - left)


bilinear.misconceptions(
    down_and_right_exchanged=lambda image, down, right: bilinear.reference(image, right, down),
    slopes_exchanged=lambda answer: (answer[0], answer[2], answer[1]),
    shares_exchanged=lambda image, down, right: reads(image, down, right, lambda near, y, x: (near, 1 - y, 1 - x)),
    edge_repeated=with_pixels(outside_is_edge),
    counted_from_the_end=with_pixels(negative_from_the_end),
    cut_towards_zero=truncated,
    nearest_pixel=lambda image, down, right: (
        float(outside_is_zero(image, int(np.floor(down + 0.5)), int(np.floor(right + 0.5)))), 0.0, 0.0
    ),
    slopes_of_the_upper_left=lambda image, down, right, answer: (
        answer[0], *reads(image, down, right, lambda near, y, x: (near, 0, 0))[1:]
    ),
    slopes_negative=lambda answer: (answer[0], -answer[1], -answer[2]),
    points_outside_read_nothing=lambda image, down, right, H, W, answer: (
        answer if 0 <= down <= H - 1 and 0 <= right <= W - 1 else (0.0, 0.0, 0.0)
    ),
)  # fmt: skip


# A broken implementation


@question(points=3, minutes=30, difficulty=3, count=160, axes={"x": "H W", "kernel": "kH kW", "answer": "H_out W_out"})
def transposed_conv(x, kernel, *, stride=1, padding=0):
    """A transposed convolution by inserted zeros: `padding` rows and columns are cut off on each side of the output."""
    return cut(stamped(x, kernel, stride), padding, padding)


transposed_conv.cases(
    Case(X, KERNEL),
    Case(X, KERNEL, stride=2),
    Case(X, KERNEL.T),
    Case(X[::-1], KERNEL),
    Case(X, HIGH[:, :1] * [[1, 2, 1]], padding=1),
    Case(X, HIGH[:, :1] * [[1, 2, 1]], stride=2),
    Case(X, HIGH[:, :1] * [[1, 2, 1]], stride=2, padding=1),
    Case(np.arange(6.0).reshape(3, 2), np.arange(16.0).reshape(4, 4) % 5, stride=2, padding=1),
)


@transposed_conv.draws
def _(rng):
    drawn = draw_stamps(rng, 9) | {"padding": either(rng, (0, 2), (1, 5))}
    return drawn if min(stamped(drawn["x"], drawn["kernel"], drawn["stride"]).shape) > 2 * drawn["padding"] else None


def faulty(*, unturned=False, zeros_after=False, one_side=False):
    """The function with some of its faults: the kernel as it is, zeros after the last number, a cut on one side."""

    def answer(x, kernel, *, stride=1, padding=0):
        (kH, kW), more = kernel.shape, (stride - 1) * zeros_after
        apart = np.pad(spread(x, stride), (0, more))
        output = correlate(padded(apart, kH - 1, kW - 1), kernel if unturned else turned(kernel))
        return cut(output, padding, 0 if one_side else padding)

    return answer


transposed_conv.broken(faulty(unturned=True, zeros_after=True, one_side=True))
transposed_conv.regions(**SHAPES, **STAMPS, padding_beyond_input=lambda H, W, padding: padding > min(H, W))


def mistaken(**faults):
    answer = faulty(**faults)
    return lambda x, kernel, stride, padding: answer(x, kernel, stride=stride, padding=padding)


transposed_conv.misconceptions(
    kernel_still_not_turned=mistaken(unturned=True),
    zeros_still_after_the_last=mistaken(zeros_after=True),
    end_still_not_cut=mistaken(one_side=True),
    only_the_kernel_mended=mistaken(zeros_after=True, one_side=True),
    only_the_zeros_mended=mistaken(unturned=True, one_side=True),
    only_the_cut_mended=mistaken(unturned=True, zeros_after=True),
    kernel_turned_upside_down_alone=lambda x, kernel, stride, padding: cut(
        stamped(x, kernel[:, ::-1], stride), padding, padding
    ),
)


# Large again

LARGER = "H_out W_out"
FLAT, BILINEAR = np.ones((3, 3)) / 4, np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16


def larger(
    flat=FLAT, smooth=BILINEAR, flat_cut=(0, 1), smooth_cut=(1, 1), repeat=lambda x: np.kron(x, np.ones((2, 2)))
):
    """The three larger images, made so."""
    return lambda image: (
        cut(stamped(image, flat, 2), *flat_cut), cut(stamped(image, smooth, 2), *smooth_cut), repeat(image)
    )  # fmt: skip


@question(
    points=3, minutes=25, difficulty=2, count=80, uses=("stamp",), outputs=("flat", "smooth", "repeated"),
    axes={"image": "H W", "flat": LARGER, "smooth": LARGER, "repeated": LARGER},
)  # fmt: skip
def enlarge(image):
    """An image twice as large, three times: by a flat kernel of 3, by bilinear weights, and by repeated pixels."""
    return larger()(image)


enlarge.cases(
    Case(np.full((3, 4), 4.0)),
    Case(np.array([[16, 0, 0], [0, 0, 0]], float)),
    Case(np.arange(12.0).reshape(4, 3) * 16),
    Case(np.array([[0, 16, 32, 48]], float)),
)


@enlarge.draws
def _(rng):
    image = draw_matrix(rng, either(rng, (1, 4), (2, 7)), either(rng, (1, 4), (2, 7))) * 16
    if (kind := rng.random()) < 0.15:
        image[:] = image[:1]
    elif kind < 0.3:
        image[:] = image[:, :1]
    return {"image": image}


@enlarge.example
def _():
    """A digit, reduced to half its size."""
    digit = datasets.load("mnist_sample", "train").images[0, 0] / 255
    return Case(digit.reshape(14, 2, 14, 2).mean((1, 3)))


enlarge.regions(
    one_image_row=lambda H: H == 1,
    one_image_column=lambda W: W == 1,
    higher_image=lambda H, W: H > W,
    rows_alike=lambda image: (image == image[:1]).all(),
    columns_alike=lambda image: (image == image[:, :1]).all(),
    some_negative=lambda image: image.min() < 0,
)
enlarge.misconceptions(
    not_cut=larger(flat_cut=(0, 0), smooth_cut=(0, 0)),
    flat_cut_at_the_start=larger(flat_cut=(1, 0)),
    smooth_cut_at_the_end=larger(smooth_cut=(0, 2)),
    smooth_cut_at_the_start=larger(smooth_cut=(2, 0)),
    smooth_divided_by_four=larger(smooth=BILINEAR * 4),
    smooth_not_divided=larger(smooth=BILINEAR * 16),
    flat_not_divided=larger(flat=FLAT * 4),
    flat_divided_by_nine=larger(flat=FLAT * 4 / 9),
    flat_and_smooth_exchanged=lambda answer: (answer[1], answer[0], answer[2]),
    tiled_for_repeated=larger(repeat=lambda image: np.tile(image, (2, 2))),
    zeros_for_repeated=larger(repeat=lambda image: np.pad(spread(image, 2), (0, 1))),
)
