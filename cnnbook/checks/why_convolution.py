"""The questions of the chapter on why convolution: three layers counted, written as matrices, and told apart.

Numbers of the cases are whole, as floats, so that every way to sum them up gives the same.
"""

from math import prod

import numpy as np

from .. import datasets
from ._cases import Case
from ._layers import either
from ._matrices import (
    across_row_ends,
    comparing,
    correlate,
    count,
    counted_down,
    draw_matrix,
    draw_sizes,
    faulty_strided_matrix,
    gaps,
    in_one_run,
    matrix_of,
    padded_matrix,
    places_of,
    ring,
    starts_one_apart,
    unshared,
)
from ._question import question

LAYERS = ("fully connected", "locally connected", "convolution")

IMAGE = np.array([[1, 2, 0, 3], [4, 1, -1, 2], [0, 5, 2, 1]], float)
KERNEL = np.array([[1, -2], [3, 0]], float)
TALL = np.array([[1, 2], [3, 4], [5, 6]], float)

KERNELS = {
    "one_row": lambda kH: kH == 1,
    "one_column": lambda kW: kW == 1,
    "higher_kernel": lambda kH, kW: kH > kW,
}


# How many parameters?


@question(points=2, minutes=15, difficulty=1, count=240)
def parameters(c_in, c_out, size, kernel, *, layer="convolution", bias=True):
    """The weights and biases of a layer that reads c_in channels of H x W pixels and puts out c_out channels."""
    return count(c_in, c_out, size, kernel, layer, bias)


parameters.cases(
    *(Case(2, 4, (5, 7), (3, 2), layer=layer) for layer in LAYERS[:2]),
    Case(2, 4, (5, 7), (3, 2)),
    Case(2, 4, (5, 7), (3, 2), bias=False),
    Case(3, 4, (5, 7), (3, 2)),
    Case(2, 5, (5, 7), (3, 2)),
    Case(2, 4, (6, 7), (3, 2), layer="locally connected"),
    Case(2, 4, (5, 7), (2, 2)),
    Case(3, 6, (32, 32), (5, 5)),  # the chapter's layer
    Case(3, 6, (32, 32), (5, 5), layer="locally connected"),
    Case(3, 6, (32, 32), (5, 5), layer="fully connected"),
)


@parameters.draws
def _(rng):
    kernel, size = draw_sizes(rng, 5, 8)
    return {
        "c_in": either(rng, (1, 4), (1, 9)),
        "c_out": either(rng, (1, 4), (1, 9)),
        "size": tuple(size),
        "kernel": tuple(kernel),
        "layer": str(rng.choice(LAYERS)),
        "bias": bool(rng.random() < 0.6),
    }


parameters.regions(
    fully_connected=lambda layer: layer == "fully connected",
    locally_connected=lambda layer: layer == "locally connected",
    one_place=lambda size, kernel: places_of(size, kernel) == 1,
    one_weight=lambda kernel: kernel == (1, 1),
    one_channel_in=lambda c_in: c_in == 1,
    one_channel_out=lambda c_out: c_out == 1,
    more_channels_out=lambda c_in, c_out: c_out > c_in,
)


def in_convolutions(more):
    """A mistake in convolutions alone: so much more than the right answer."""
    return lambda answer, layer, **case: answer + (layer == "convolution") * more(**case)


parameters.misconceptions(
    sharing_counted_once_per_position=in_convolutions(
        lambda c_in, c_out, size, kernel, **_: (places_of(size, kernel) - 1) * c_in * c_out * prod(kernel)
    ),
    bias_once_per_position=in_convolutions(
        lambda c_out, size, kernel, bias, **_: (places_of(size, kernel) - 1) * c_out * bias
    ),
    bias_for_each_input_channel=in_convolutions(lambda c_in, c_out, bias, **_: (c_in - 1) * c_out * bias),
    channels_forgotten_in_convolutions=in_convolutions(
        lambda c_in, c_out, kernel, **_: (1 - c_in) * c_out * prod(kernel)
    ),
    bias_forgotten=lambda c_in, c_out, size, kernel, layer: count(c_in, c_out, size, kernel, layer, False),
    one_bias_for_the_layer=lambda c_in, c_out, size, kernel, layer, bias: count(
        c_in, c_out, size, kernel, layer, bias, biases=1
    ),
    bias_always_one_a_channel=lambda c_in, c_out, size, kernel, layer, bias: count(
        c_in, c_out, size, kernel, layer, bias, biases=c_out
    ),
    input_channels_forgotten=lambda c_in, c_out, size, kernel, layer, bias: count(1, c_out, size, kernel, layer, bias),
    output_channels_forgotten=lambda c_in, c_out, size, kernel, layer, bias: count(c_in, 1, size, kernel, layer, bias),
    output_as_large_as_the_input=lambda c_in, c_out, size, kernel, layer, bias: count(
        c_in, c_out, size, kernel, layer, bias, places=size[0] * size[1]
    ),
    one_place_too_few=lambda c_in, c_out, size, kernel, layer, bias: count(
        c_in, c_out, size, kernel, layer, bias, places=(size[0] - kernel[0]) * (size[1] - kernel[1])
    ),
    kernel_height_on_both_sides=lambda c_in, c_out, size, kernel, layer, bias: count(
        c_in, c_out, size, kernel, layer, bias, places=places_of(size, kernel[:1] * 2)
    ),
)


# The matrix


@question(points=3, minutes=25, difficulty=2, count=100, axes={"kernel": "kH kW", "answer": "outputs inputs"})
def convolution_matrix(kernel, size):
    """The matrix of a convolution without padding, of an image of this size: outputs and pixels are counted by rows."""
    return matrix_of(kernel, size)


convolution_matrix.cases(
    Case(KERNEL, (3, 4)),
    Case(KERNEL.T, (3, 4)),
    Case(KERNEL, (4, 3)),
    Case(TALL, (4, 5)),  # the one that the chapter draws
    Case(np.array([[2.0]]), (2, 3)),
    Case(np.array([[1.0, 2.0]]), (1, 4)),
)


@convolution_matrix.draws
def _(rng):
    kernel, size = draw_sizes(rng)
    return {"kernel": draw_matrix(rng, *kernel), "size": tuple(size)}


MATRIX = KERNELS | {
    "one_output_row": lambda size, kH: size[0] == kH,
    "one_output_column": lambda size, kW: size[1] == kW,
    "higher_image": lambda size: size[0] > size[1],
}
convolution_matrix.regions(**MATRIX)


convolution_matrix.misconceptions(
    rows_and_columns_exchanged=lambda answer: answer.T,
    kernel_turned=lambda kernel, size: matrix_of(kernel[::-1, ::-1], size),
    row_ends_overlooked=across_row_ends,
    starts_one_pixel_apart=starts_one_apart,
    kernel_in_one_run=in_one_run,
    pixels_counted_by_columns=lambda answer, size: counted_down(answer.T, *size).T,
    outputs_counted_by_columns=lambda answer, size, kH, kW: counted_down(answer, size[0] - kH + 1, size[1] - kW + 1),
    output_as_large_as_the_image=padded_matrix,
    kernel_in_the_first_row_alone=lambda answer: answer * (np.arange(len(answer)) == 0)[:, None],
    last_places_forgotten=lambda answer, size, kH, kW: answer.reshape(size[0] - kH + 1, size[1] - kW + 1, -1)[
        :-1, :-1
    ].reshape(-1, answer.shape[1]),
)


# Without sharing

OUTPUTS = "H_out W_out"


@question(
    points=2,
    minutes=15,
    difficulty=1,
    count=120,
    axes={"image": "H W", "weights": f"{OUTPUTS} kH kW", "bias": OUTPUTS, "answer": OUTPUTS},
)
def locally_connected(image, weights, bias):
    """A locally connected layer: each output has weights and a bias of its own, for the window under it."""
    return unshared(image, weights, bias)


BIAS = np.array([[1, 0, -1], [2, 5, 0]], float)
OWN = np.arange(24.0).reshape(2, 3, 2, 2) % 7 - 3
locally_connected.cases(
    Case(IMAGE, OWN, BIAS),
    Case(IMAGE, OWN, BIAS[::-1]),
    Case(IMAGE[::-1], OWN, BIAS),
    Case(IMAGE, OWN[:, ::-1], BIAS),
    Case(IMAGE, np.broadcast_to(KERNEL, (2, 3, 2, 2)), 0 * BIAS),  # a convolution
)


@locally_connected.draws
def _(rng):
    (kH, kW), (H, W) = draw_sizes(rng)
    places = H - kH + 1, W - kW + 1
    weights = draw_matrix(rng, *(places if rng.random() < 0.8 else (1, 1)), kH, kW)
    bias = draw_matrix(rng, *places) * (rng.random() < 0.8)
    return {"image": draw_matrix(rng, H, W), "weights": np.tile(weights, 1) + np.zeros((*places, 1, 1)), "bias": bias}


locally_connected.regions(
    **KERNELS,
    one_output_row=lambda H_out: H_out == 1,
    one_output_column=lambda W_out: W_out == 1,
    higher_image=lambda H, W: H > W,
    shared=lambda weights: bool((weights == weights[:1, :1]).all()),
    no_bias=lambda bias: not bias.any(),
)
locally_connected.misconceptions(
    first_weights_everywhere=lambda image, weights, bias: correlate(image, weights[0, 0]) + bias,
    last_weights_everywhere=lambda image, weights, bias: correlate(image, weights[-1, -1]) + bias,
    weights_turned=lambda image, weights, bias: unshared(image, weights[..., ::-1, ::-1], bias),
    places_counted_backwards=lambda image, weights, bias: unshared(image, weights[::-1, ::-1], bias),
    first_window_everywhere=lambda image, weights, bias, kH, kW: (weights * image[:kH, :kW]).sum((2, 3)) + bias,
    mean_for_sum=lambda answer, bias, kH, kW: (answer - bias) / (kH * kW) + bias,
    bias_forgotten=lambda answer, bias: answer - bias,
    first_bias_everywhere=lambda answer, bias: answer - bias + bias[0, 0],
    bias_in_every_product=lambda answer, bias, kH, kW: answer + bias * (kH * kW - 1),
    rows_and_columns_exchanged=lambda answer: answer.T,
)


# What a fully connected layer can do


@question(
    points=2,
    minutes=20,
    difficulty=2,
    count=120,
    uses=("convolution_matrix",),
    axes={"shuffled": "H W", "kernel": "kH kW", "answer": OUTPUTS},
)
def convolve_shuffled(shuffled, kernel, order):
    """The convolution of an image whose pixels stand in another order: shuffled.ravel() is image.ravel()[order]."""
    image = np.empty(shuffled.size)
    image[order] = shuffled.ravel()
    return correlate(image.reshape(shuffled.shape), kernel)


ORDER = np.array([5, 0, 11, 3, 8, 1, 10, 2, 7, 4, 9, 6])
convolve_shuffled.cases(
    Case(IMAGE, KERNEL, ORDER),
    Case(IMAGE, KERNEL, ORDER[::-1]),
    Case(IMAGE, KERNEL.T, ORDER),
    Case(IMAGE[::-1], KERNEL, ORDER),
    Case(IMAGE, KERNEL, np.arange(12)),
    Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0]]), np.array([3, 1, 0, 2])),
)


@convolve_shuffled.draws
def _(rng):
    (kH, kW), (H, W) = draw_sizes(rng)
    order, kind = rng.permutation(H * W), rng.random()
    if kind < 0.2:
        order = np.arange(H * W)[:: 1 if kind < 0.1 else -1]  # both are their own inverse
    return {"shuffled": draw_matrix(rng, H, W), "kernel": draw_matrix(rng, kH, kW), "order": order}


@convolve_shuffled.example
def _():
    """A shuffled three, and a kernel for its vertical edges."""
    image = datasets.load("mnist_sample", "train").images[13, 0] / 255
    order = np.random.default_rng(0).permutation(image.size)
    return Case(image.ravel()[order].reshape(image.shape), np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]), order)


convolve_shuffled.regions(
    **KERNELS,
    one_output_row=lambda H, kH: kH == H,
    one_output_column=lambda W, kW: kW == W,
    higher_image=lambda H, W: H > W,
    not_shuffled=lambda order: bool((order == np.arange(len(order))).all()),
    own_inverse=lambda order: bool((order[order] == np.arange(len(order))).all()),
)
convolve_shuffled.misconceptions(
    order_left_out=lambda shuffled, kernel: correlate(shuffled, kernel),
    shuffled_once_more=lambda shuffled, kernel, order: correlate(
        shuffled.ravel()[order].reshape(shuffled.shape), kernel
    ),
    kernel_turned=lambda shuffled, kernel, order: convolve_shuffled.reference(shuffled, kernel[::-1, ::-1], order),
    pixels_counted_by_columns=lambda shuffled, kernel, order, H, W: correlate(
        shuffled.ravel()[np.argsort(order)].reshape(W, H).T, kernel
    ),
    rows_and_columns_exchanged=lambda answer: answer.T,
    output_flat=lambda answer: answer.ravel(),
)


# Equivariant?


@question(points=2, minutes=20, difficulty=2, axes={"matrix": "n n", "answer": "n"})
def shift_gap(matrix, *, shift=1):
    """By how much a layer on a ring of n pixels fails to be equivariant, for each image of a single pixel."""
    return abs(gaps(matrix, shift)).max(axis=0)


UNEQUAL = np.array([[1, 2, 0], [4, 1, -1], [0, 5, 2]], float)
STRIDED = np.array([[1, 2, 0, 0], [0, 0, 0, 0], [0, 0, 1, 2], [0, 0, 0, 0]], float)  # equivariant to steps of 2
shift_gap.cases(
    Case(np.array([[3.0, 1.0], [2.0, 5.0]])),
    Case(UNEQUAL),
    Case(UNEQUAL, shift=2),
    Case(UNEQUAL, shift=3),
    Case(ring(np.array([1.0, 2.0, 0.0, -1.0]))),
    Case(STRIDED),
    Case(STRIDED, shift=2),
)


@shift_gap.draws
def _(rng):
    n, kind = either(rng, (1, 4), (1, 7)), rng.random()
    matrix = ring(draw_matrix(rng, n)) if kind < 0.5 else draw_matrix(rng, n, n)
    if 0.25 < kind < 0.5:
        matrix[tuple(rng.integers(n, size=2))] -= int(rng.integers(1, 5))
    shift = either(rng, (1, 3), (1, 9)) * int(rng.choice([1, 1, -1])) if rng.random() < 0.85 else n
    return {"matrix": matrix, "shift": shift}


shift_gap.regions(
    equivariant=lambda answer: not answer.any(),
    full_turn=lambda n, shift: shift % n == 0,
    backwards=lambda shift: shift < 0,
    beyond_the_ring=lambda n, shift: abs(shift) > n,
    one_pixel=lambda n: n == 1,
)


shift_gap.misconceptions(
    invariance_for_equivariance=comparing(1, 0),
    image_not_moved=comparing(0, 1),
    output_moved_the_other_way=comparing(1, -1),
    sign_kept=lambda matrix, shift: gaps(matrix, shift).max(axis=0),
    mean_for_largest=lambda matrix, shift: abs(gaps(matrix, shift)).mean(axis=0),
    sum_for_largest=lambda matrix, shift: abs(gaps(matrix, shift)).sum(axis=0),
    largest_of_each_output=lambda matrix, shift: abs(gaps(matrix, shift)).max(axis=1),
    largest_of_all_pixels=lambda answer: np.full_like(answer, answer.max()),
    counted_after_the_move=lambda answer, shift: np.roll(answer, shift),
    ring_left_out=lambda matrix, shift, n: abs(matrix @ np.eye(n, k=-shift) - np.eye(n, k=-shift) @ matrix).max(axis=0),
)


# A broken implementation


@question(points=3, minutes=30, difficulty=3, count=160, axes={"kernel": "kH kW", "answer": "outputs inputs"})
def strided_matrix(kernel, size, *, stride=1):
    """The matrix of a convolution that moves by `stride` pixels, down and across."""
    return matrix_of(kernel, size, stride)


strided_matrix.broken(faulty_strided_matrix(outputs=True, step=True, mirrored=True))
strided_matrix.cases(
    Case(KERNEL, (3, 4)),
    Case(KERNEL, (5, 4), stride=2),
    Case(KERNEL.T, (3, 4)),
    Case(KERNEL, (4, 3)),
    Case(KERNEL, (5, 4)),
    Case(TALL, (5, 7), stride=2),
    Case(np.array([[1.0], [2.0], [0.0], [3.0]]), (5, 3), stride=2),
)


@strided_matrix.draws
def _(rng):
    kernel, _ = draw_sizes(rng)
    stride = either(rng, (1, 3), (1, 5))
    size = [k + either(rng, (0, 2), (1, 4)) * stride + int(rng.integers(stride)) for k in kernel]
    return {"kernel": draw_matrix(rng, *kernel), "size": tuple(size), "stride": stride}


strided_matrix.regions(
    **KERNELS,
    higher_image=lambda size: size[0] > size[1],
    one_output_row=lambda size, kH, stride: size[0] - kH < stride,
    one_output_column=lambda size, kW, stride: size[1] - kW < stride,
    rows_left_over=lambda size, kH, stride: (size[0] - kH) % stride > 0,
    columns_left_over=lambda size, kW, stride: (size[1] - kW) % stride > 0,
)
strided_matrix.misconceptions(
    outputs_still_counted_by_columns=faulty_strided_matrix(outputs=True),
    columns_still_not_strided=faulty_strided_matrix(step=True),
    kernel_still_mirrored=faulty_strided_matrix(mirrored=True),
    only_the_outputs_mended=faulty_strided_matrix(step=True, mirrored=True),
    only_the_steps_mended=faulty_strided_matrix(outputs=True, mirrored=True),
    only_the_kernel_mended=faulty_strided_matrix(outputs=True, step=True),
)
