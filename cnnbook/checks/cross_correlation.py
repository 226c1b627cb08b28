"""The questions of the chapter on cross-correlation: one image, one kernel, no padding.

Numbers of the cases are whole, as floats, so that every way to sum them up gives the same.
"""

import numpy as np

from .. import datasets
from ._cases import Case
from ._layers import either
from ._question import question


def correlate(image, kernel):
    """At every place where the kernel fits: the sum of its products with the window under it."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


def padded(image, rows, columns):
    return np.pad(image, ((rows, rows), (columns, columns)))


def turned(kernel):
    """Turned by half a turn: both axes flipped."""
    return kernel[::-1, ::-1]


def draw_matrix(rng, rows, columns):
    return rng.integers(-4, 5, (rows, columns)).astype(float)


def draw_pair(rng):
    """An image and a kernel that fits, seldom square."""
    kH, kW = (either(rng, (1, 4), (1, 6)) for _ in range(2))
    H, W = (size + either(rng, (0, 4), (0, 7)) for size in (kH, kW))
    return {"image": draw_matrix(rng, H, W), "kernel": draw_matrix(rng, kH, kW)}


def with_sizes_exchanged(image, kernel, bias):
    """By loops whose windows are as high as the kernel is wide: NumPy refuses most of them, but not all."""
    output = np.zeros(np.subtract(image.shape, kernel.shape) + 1)
    kH, kW = kernel.shape
    for i, j in np.ndindex(output.shape):
        output[i, j] = np.sum(image[i : i + kW, j : j + kH] * kernel) + bias
    return output


IMAGE = np.array([[1, 2, 0, 3], [4, 1, -1, 2], [0, 5, 2, 1]], float)
KERNEL = np.array([[1, -2], [3, 0]], float)
HALVES = np.array([[10, 10, 10, 0, 0, 0]] * 6, float)  # the notes' image, bright on the left ...
LEFT_MINUS_RIGHT = np.array([[1, 0, -1]] * 3, float)  # ... and their kernel

SHAPES = {
    "one_row": lambda kH: kH == 1,
    "one_column": lambda kW: kW == 1,
    "kernel_as_high_as_image": lambda H, kH: kH == H,
    "kernel_as_wide_as_image": lambda W, kW: kW == W,
    "higher_image": lambda H, W: H > W,
    "higher_kernel": lambda kH, kW: kH > kW,
}


# Cross-correlation


@question(
    points=2, minutes=20, difficulty=1, count=120, axes={"image": "H W", "kernel": "kH kW", "answer": "H_out W_out"}
)
def cross_correlate(image, kernel, *, bias=0.0):
    """The cross-correlation of an image with a kernel, without padding, plus a bias in every place."""
    return correlate(image, kernel) + bias


cross_correlate.cases(
    Case(IMAGE, KERNEL),
    Case(IMAGE, KERNEL, bias=2.0),
    Case(IMAGE, KERNEL.T),
    Case(IMAGE[::-1], KERNEL),
    Case(np.arange(35.0).reshape(5, 7), np.arange(6.0).reshape(3, 2)),
    Case(HALVES, LEFT_MINUS_RIGHT),
    Case(IMAGE.astype(int), KERNEL, bias=0.5),  # an output of the image's dtype would lose the half
)


@cross_correlate.draws
def _(rng):
    return draw_pair(rng) | {"bias": float(rng.integers(-3, 4)) if rng.random() < 0.6 else 0.0}


cross_correlate.regions(**SHAPES, negative_bias=lambda bias: bias < 0)
cross_correlate.misconceptions(
    kernel_turned=lambda image, kernel, bias: correlate(image, turned(kernel)) + bias,
    kernel_flipped_upside_down=lambda image, kernel, bias: correlate(image, kernel[::-1]) + bias,
    kernel_flipped_left_to_right=lambda image, kernel, bias: correlate(image, kernel[:, ::-1]) + bias,
    output_as_large_as_the_image=lambda image, kernel, bias, kH, kW: (
        correlate(np.pad(image, ((kH // 2, (kH - 1) // 2), (kW // 2, (kW - 1) // 2))), kernel) + bias
    ),
    last_window_forgotten=lambda answer: answer[:-1, :-1],
    loops_one_too_short=lambda answer: np.pad(answer[:-1, :-1], ((0, 1), (0, 1))),
    rows_and_columns_exchanged=lambda answer: answer.T,
    window_sizes_exchanged=with_sizes_exchanged,
    mean_for_sum=lambda image, kernel, bias: correlate(image, kernel) / kernel.size + bias,
    bias_in_every_product=lambda image, kernel, bias: correlate(image, kernel) + bias * kernel.size,
    bias_taken_away=lambda image, kernel, bias: correlate(image, kernel) - bias,
)


# Convolution


@question(
    points=3,
    minutes=25,
    difficulty=2,
    count=120,
    uses=("cross_correlate",),
    axes={"image": "H W", "kernel": "kH kW", "answer": "H_out W_out"},
)
def convolve(image, kernel, *, full=False):
    """The convolution of mathematics: of an image, with zeros around it where it is to be full, with a kernel."""
    kH, kW = kernel.shape
    return correlate(padded(image, kH - 1, kW - 1) if full else image, turned(kernel))


convolve.cases(
    Case(IMAGE, KERNEL),
    Case(IMAGE, KERNEL, full=True),
    Case(KERNEL, IMAGE[:2, :2], full=True),
    Case(IMAGE[:, ::-1], KERNEL),
    Case(IMAGE, KERNEL.T),
    Case(np.arange(12.0).reshape(4, 3), np.arange(6.0).reshape(3, 2), full=True),
)


@convolve.draws
def _(rng):
    return draw_pair(rng) | {"full": bool(rng.integers(2))}


convolve.regions(**SHAPES)
convolve.misconceptions(
    kernel_not_turned=lambda image, kernel, full, kH, kW: correlate(
        padded(image, kH - 1, kW - 1) if full else image, kernel
    ),
    left_and_right_alone=lambda image, kernel, full: convolve.reference(image, kernel[::-1], full=full),
    top_and_bottom_alone=lambda image, kernel, full: convolve.reference(image, kernel[:, ::-1], full=full),
    output_turned=lambda answer: turned(answer),
    padding_too_wide=lambda image, kernel, full, kH, kW: correlate(
        padded(image, kH, kW) if full else image, turned(kernel)
    ),
    padding_of_half_a_kernel=lambda image, kernel, full, kH, kW: correlate(
        padded(image, kH // 2, kW // 2) if full else image, turned(kernel)
    ),
    padding_at_the_end_alone=lambda image, kernel, full, kH, kW: correlate(
        np.pad(image, ((0, kH - 1), (0, kW - 1))) if full else image, turned(kernel)
    ),
    padding_exchanged=lambda image, kernel, full, kH, kW: correlate(
        padded(image, kW - 1, kH - 1) if full else image, turned(kernel)
    ),
)


# Edges

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
EDGES = "H_out W_out"


def strength_of(vertical, horizontal):
    return vertical, horizontal, np.sqrt(vertical**2 + horizontal**2)


def found_with(vertical, horizontal):
    """The edges that two kernels find."""
    return lambda image: strength_of(correlate(image, vertical), correlate(image, horizontal))


@question(
    points=3,
    minutes=25,
    difficulty=2,
    count=80,
    uses=("cross_correlate",),
    outputs=("vertical", "horizontal", "strength"),
    axes={"image": "H W", "vertical": EDGES, "horizontal": EDGES, "strength": EDGES},
)
def edges(image):
    """The edges that Sobel's kernels find: right minus left, below minus above, and the length of both together."""
    return found_with(SOBEL, SOBEL.T)(image)


edges.cases(
    Case(np.array([[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 9]], float)),
    Case(np.array([[0, 0, 0], [0, 0, 0], [9, 9, 9], [9, 9, 9]], float)),
    Case(np.array([[9, 0, 0, 0], [9, 9, 0, 0], [9, 9, 9, 0]], float)),
    Case(HALVES),
)


@edges.draws
def _(rng):
    H, W = rng.integers(3, 8, 2)
    flat = rng.random()
    image = draw_matrix(rng, H, W)
    if flat < 0.15:
        image[:] = image[:1]  # every row the same
    elif flat < 0.3:
        image[:] = image[:, :1]
    return {"image": image}


@edges.example
def _():
    """A seven, larger numbers being lighter."""
    images, labels, _ = datasets.load("mnist_sample", "train")
    return Case(images[labels == 7][0, 0] / 255)


edges.regions(
    one_row_of_windows=lambda H: H == 3,
    one_column_of_windows=lambda W: W == 3,
    higher_image=lambda H, W: H > W,
    no_vertical_edge=lambda answer: not answer[0].any(),
    no_horizontal_edge=lambda answer: not answer[1].any(),
    some_negative=lambda answer: answer[0].min() < 0,
)
edges.misconceptions(
    edges_exchanged=found_with(SOBEL.T, SOBEL),
    kernels_turned=found_with(turned(SOBEL), turned(SOBEL.T)),
    left_minus_right=found_with(-SOBEL, SOBEL.T),
    above_minus_below=found_with(SOBEL, -SOBEL.T),
    middle_not_doubled=found_with(np.sign(SOBEL), np.sign(SOBEL.T)),
    divided_by_eight=found_with(SOBEL / 8, SOBEL.T / 8),
    output_as_large_as_the_image=lambda image: edges.reference(padded(image, 1, 1)),
    strength_as_sum=lambda answer: (*answer[:2], abs(answer[0]) + abs(answer[1])),
    strength_squared=lambda answer: (*answer[:2], answer[2] ** 2),
    signs_left_out=lambda answer: tuple(map(abs, answer)),
)


# The gradient of the kernel


@question(
    points=2,
    minutes=20,
    difficulty=2,
    count=120,
    axes={"image": "H W", "grad_output": "H_out W_out", "answer": "kH kW"},
)
def kernel_gradient(image, grad_output):
    """The gradient of a loss by each number of the kernel, from its gradient by each output."""
    return correlate(image, grad_output)


kernel_gradient.cases(
    Case(IMAGE, KERNEL),
    Case(IMAGE, KERNEL.T),
    Case(IMAGE[::-1], KERNEL),
    Case(IMAGE, np.ones((2, 3))),  # each number of the kernel meets as many pixels as there are outputs
    Case(np.arange(20.0).reshape(4, 5), np.arange(6.0).reshape(3, 2)),
)


@kernel_gradient.draws
def _(rng):
    pair = draw_pair(rng)
    return {"image": pair["image"], "grad_output": pair["kernel"]}


kernel_gradient.regions(
    one_output=lambda H_out, W_out: H_out * W_out == 1,
    one_row_of_outputs=lambda H_out: H_out == 1,
    one_column_of_outputs=lambda W_out: W_out == 1,
    kernel_of_one_row=lambda H, H_out: H_out == H,
    kernel_of_one_column=lambda W, W_out: W_out == W,
    higher_image=lambda H, W: H > W,
    more_outputs_than_taps=lambda answer, grad_output: grad_output.size > answer.size,
)
kernel_gradient.misconceptions(
    padding_as_for_the_image=lambda image, grad_output, H_out, W_out: correlate(
        padded(image, H_out - 1, W_out - 1), grad_output
    ),
    gradient_turned=lambda answer: turned(answer),
    outputs_turned=lambda image, grad_output: correlate(image, turned(grad_output)),
    mean_over_outputs=lambda answer, grad_output: answer / grad_output.size,
    last_output_alone=lambda image, grad_output, answer: (
        image[-answer.shape[0] :, -answer.shape[1] :] * grad_output[-1, -1]
    ),
    ones_for_the_gradient=lambda image, grad_output: correlate(image, np.ones_like(grad_output)),
    rows_and_columns_exchanged=lambda answer: answer.T,
    sign_of_a_step=lambda answer: -answer,
    one_row_and_column_too_few=lambda answer: answer[:-1, :-1],
)


# A broken implementation


@question(
    points=3,
    minutes=30,
    difficulty=3,
    count=200,
    axes={"image": "H W", "kernel": "kH kW", "answer": "H_out W_out"},
)
def strided_correlate(image, kernel, *, stride=1):
    """The cross-correlation at every place that the kernel reaches in steps of `stride` pixels, down and across."""
    return correlate(image, kernel)[::stride, ::stride]


strided_correlate.cases(
    Case(IMAGE, KERNEL),
    Case(IMAGE, KERNEL, stride=2),
    Case(IMAGE, KERNEL.T),
    Case(IMAGE[::-1], KERNEL),
    Case(np.arange(35.0).reshape(5, 7), np.arange(6.0).reshape(3, 2), stride=2),
)


@strided_correlate.draws
def _(rng):
    kH, kW, stride = either(rng, (1, 4), (1, 6)), either(rng, (1, 4), (1, 6)), either(rng, (1, 3), (1, 5))
    H, W = (size + either(rng, (0, 4), (0, 7), (2, 8)) for size in (kH, kW))
    return {"image": draw_matrix(rng, H, W), "kernel": draw_matrix(rng, kH, kW), "stride": stride}


def faulty(*, size=False, rows=False, step=False):
    """The function with some of its faults: the size one too small, the kernel's rows flipped, columns not strided."""

    def answer(image, kernel, *, stride=1):
        steps = (np.array(image.shape) - kernel.shape) // stride + (not size)
        kernel = kernel[::-1] if rows else kernel
        found = correlate(image, kernel)
        return found[::stride][: steps[0], : steps[1]] if step else found[::stride, ::stride][: steps[0], : steps[1]]

    return answer


strided_correlate.broken(faulty(size=True, rows=True, step=True))
strided_correlate.regions(
    **SHAPES,
    wide_steps=lambda stride, kH, kW: stride > min(kH, kW),
    rows_left_over=lambda H, kH, stride: (H - kH) % stride > 0,
    narrow_image=lambda W, kH: kH > W,
    columns_left_over=lambda W, kW, stride: (W - kW) % stride > 0,
)


def mistaken(**faults):
    answer = faulty(**faults)
    return lambda image, kernel, stride: answer(image, kernel, stride=stride)


strided_correlate.misconceptions(
    last_window_still_missing=mistaken(size=True),
    rows_still_flipped=mistaken(rows=True),
    columns_still_not_strided=mistaken(step=True),
    only_the_size_mended=mistaken(rows=True, step=True),
    only_the_rows_mended=mistaken(size=True, step=True),
    only_the_steps_mended=mistaken(size=True, rows=True),
    kernel_turned=lambda image, kernel, stride: strided_correlate.reference(image, turned(kernel), stride=stride),
)
