"""The questions of the chapter on 1x1 convolutions: one matrix at every pixel, what it costs, and what it loses.

Weights of a 1x1 convolution are a matrix (C_out, C_in) here. Numbers of the cases are whole, as floats.
"""

import numpy as np

from .. import datasets
from ._cases import Case
from ._layers import either
from ._pixels import (
    directions,
    draw_array,
    draw_layer,
    draw_sizes,
    faulty,
    gradients,
    is_clear,
    mix,
    numbers,
    parts_of,
    project,
    uncentred,
    widest,
)
from ._question import question

SHAPES = {
    "one_image": lambda N: N == 1,
    "one_channel_in": lambda C_in: C_in == 1,
    "one_channel_out": lambda C_out: C_out == 1,
    "one_row": lambda H: H == 1,
    "one_column": lambda W: W == 1,
    "higher_image": lambda H, W: H > W,
}
X, WEIGHT, BIAS = numbers(2, 3, 2, 3), numbers(2, 3), np.array([1.0, -2.0])
IMAGES = "N C_in H W"


# One matrix at every pixel


@question(
    points=2, minutes=20, difficulty=1, count=120,
    axes={"x": IMAGES, "weight": "C_out C_in", "bias": "C_out", "answer": "N C_out H W"},
)  # fmt: skip
def pointwise_conv(x, weight, bias):
    """A 1x1 convolution: at every pixel of every image the matrix times the channels, plus the bias of each output."""
    return mix(x, weight) + bias[:, None, None]


pointwise_conv.cases(
    Case(X, WEIGHT, BIAS),
    Case(X, WEIGHT, BIAS[::-1]),
    Case(X, WEIGHT[::-1], BIAS),
    Case(X[::-1], WEIGHT, BIAS),
    Case(X[:1, :, :1, :2], WEIGHT, BIAS),  # as many pixels as output channels
    Case(numbers(2, 2, 2, 2), numbers(2, 2), BIAS),
)


@pointwise_conv.draws
def _(rng):
    N, C_in, C_out, H, W = draw_sizes(rng, 5)
    return {"x": draw_array(rng, N, C_in, H, W), "weight": draw_array(rng, C_out, C_in), "bias": draw_array(rng, C_out)}


pointwise_conv.regions(**SHAPES, square_matrix=lambda C_in, C_out: C_in == C_out)
pointwise_conv.misconceptions(
    bias_for_each_pixel=lambda x, weight, bias, H, W: mix(x, weight) + np.resize(bias, (H, W)),
    bias_along_the_pixels=lambda x, weight, bias, N, H, W: (
        mix(x, weight).reshape(N, len(weight), H * W) + bias
    ).reshape(N, -1, H, W),
    bias_along_the_columns=lambda x, weight, bias: mix(x, weight) + bias,
    bias_in_every_product=lambda x, weight, bias, C_in: mix(x, weight) + C_in * bias[:, None, None],
    bias_forgotten=lambda x, weight: mix(x, weight),
    matrix_in_the_wrong_order=lambda x, weight, bias, C_in, C_out: (
        mix(x, weight.reshape(C_in, C_out).T) + bias[:, None, None]
    ),
    matrix_transposed=lambda x, weight, bias, N, C_in, H, W: (
        weight.T @ x.reshape(N, C_in, H * W) + bias[:, None]
    ).reshape(N, -1, H, W),
    images_mixed_with_channels=lambda x, weight, bias, N, C_in, C_out, H, W: (
        weight @ x.reshape(C_in, -1) + bias[:, None]
    ).reshape(N, C_out, H, W),
    output_not_brought_back=lambda answer: answer.swapaxes(0, 1).reshape(answer.shape),
    channels_last=lambda answer: answer.transpose(0, 2, 3, 1),
    rows_and_columns_exchanged=lambda answer: answer.swapaxes(2, 3),
    mean_over_channels=lambda x, weight, bias, C_in: mix(x, weight) / C_in + bias[:, None, None],
    relu_behind_it=lambda answer: np.maximum(answer, 0),
)


# What a bottleneck costs


@question(points=2, minutes=15, difficulty=1)
def bottleneck_macs(size, c_in, c_out, width, *, kernel=3):
    """MACs of a bottleneck on a square image: 1x1 down to `width` channels, kernel x kernel there, 1x1 up."""
    return sum(parts_of(size, c_in, c_out, width, kernel))


bottleneck_macs.cases(
    Case(1, 4, 6, 2),
    Case(2, 4, 6, 2),
    Case(2, 5, 6, 2),
    Case(2, 4, 7, 2),
    Case(2, 4, 6, 3),
    Case(2, 4, 6, 2, kernel=5),
    Case(56, 256, 256, 64),  # ResNet-50
)


@bottleneck_macs.draws
def _(rng):
    return draw_layer(rng) | {"width": either(rng, (1, 3), (1, 6), (1, 30))}


BOTTLENECKS = {
    "one_pixel": lambda size: size == 1,
    "kernel_of_one": lambda kernel: kernel == 1,
    "even_kernel": lambda kernel: kernel % 2 == 0,
    "as_many_out_as_in": lambda c_in, c_out: c_in == c_out,
    "more_out_than_in": lambda c_in, c_out: c_out > c_in,
}
bottleneck_macs.regions(
    **BOTTLENECKS,
    width_of_one=lambda width: width == 1,
    wider_than_the_input=lambda width, c_in: width > c_in,
    wider_than_the_output=lambda width, c_out: width > c_out,
)


def counting(count):
    """A mistake in the MACs of one pixel."""
    return lambda size, c_in, c_out, width, kernel: size**2 * count(c_in, c_out, width, kernel)


bottleneck_macs.misconceptions(
    reduction_forgotten=counting(lambda c, o, w, k: k * k * w * w + w * o),
    widening_forgotten=counting(lambda c, o, w, k: c * w + k * k * w * w),
    only_the_middle=counting(lambda c, o, w, k: k * k * w * w),
    only_the_1x1=counting(lambda c, o, w, k: c * w + w * o),
    middle_reads_the_input=counting(lambda c, o, w, k: c * w + k * k * c * w + w * o),
    middle_writes_the_output=counting(lambda c, o, w, k: c * w + k * k * w * o + w * o),
    widening_as_in_the_notes=counting(lambda c, o, w, k: c * w + k * k * w * w + w * w),
    kernel_not_squared=counting(lambda c, o, w, k: c * w + k * w * w + w * o),
    width_not_squared=counting(lambda c, o, w, k: c * w + k * k * w + w * o),
    weights_counted=lambda size, answer: answer // size**2,
    one_axis_alone=lambda size, answer: answer // size,
    flops_counted=lambda answer: 2 * answer,
    biases_counted=lambda size, width, c_out, answer: answer + size**2 * (2 * width + c_out),
)


# The widest bottleneck that a budget allows


@question(points=2, minutes=20, difficulty=2, count=250, uses=("bottleneck_macs",))
def widest_bottleneck(size, c_in, c_out, budget, *, kernel=3):
    """The largest width of a bottleneck whose MACs are at most `budget`; 0 where even a width of 1 costs more."""
    return widest(budget, lambda width: sum(parts_of(size, c_in, c_out, width, kernel)))


widest_bottleneck.cases(
    Case(1, 4, 6, 56),  # spent to the last MAC: width 2
    Case(1, 4, 6, 55),
    Case(2, 4, 6, 55),
    Case(1, 4, 60, 55),
    Case(1, 4, 30, 42),  # one is too wide
    Case(1, 50, 6, 55),
    Case(1, 4, 6, 55, kernel=1),
    Case(2, 5, 6, 900),
    Case(2, 5, 6, 1600),
    Case(56, 256, 256, 220_000_000),  # ResNet-50's has 218,365,952
    Case(28, 256, 256, 462_422_016),  # a plain 3x3 costs as much: width 229
)


@widest_bottleneck.draws
def _(rng):
    layer, width = draw_layer(rng), either(rng, (0, 2), (0, 5), (1, 20), rare=(20, 400))
    least, most = (sum(parts_of(**layer, width=w)) for w in (width, width + 1))
    slack = either(rng, (0, 1), (most - least - 1, most - least), (0, most - least))
    return layer | {"budget": max(1, least + slack)}


def rest(budget, answer, more=0, **layer):
    """What is left of the budget by the widest bottleneck, or by a wider one."""
    return budget - sum(parts_of(**layer, width=answer + more))


widest_bottleneck.regions(
    **BOTTLENECKS,
    nothing_fits=lambda answer: answer == 0,
    width_of_one=lambda answer: answer == 1,
    above_a_hundred=lambda answer: answer > 100,
    budget_spent=lambda answer, **layer: answer > 0 and rest(answer=answer, **layer) == 0,
    one_mac_missing=lambda answer, **layer: rest(answer=answer, more=1, **layer) == -1,
    wider_than_the_input=lambda c_in, answer: answer > c_in,
    wider_than_the_output=lambda c_out, answer: answer > c_out,
)


def costing(part):
    """A mistake in the cost of a width, at one pixel."""
    return lambda size, c_in, c_out, budget, kernel: widest(budget, lambda w: size**2 * part(c_in, c_out, w, kernel))


widest_bottleneck.misconceptions(
    reduction_forgotten=costing(lambda c, o, w, k: k * k * w * w + w * o),
    widening_forgotten=costing(lambda c, o, w, k: c * w + k * k * w * w),
    only_the_middle=costing(lambda c, o, w, k: k * k * w * w),
    middle_reads_the_input=costing(lambda c, o, w, k: c * w + k * k * c * w + w * o),
    one_pixel_counted=lambda size, **layer: widest_bottleneck.reference(size=1, **layer),
    budget_not_to_be_reached=lambda budget, **layer: widest_bottleneck.reference(budget=budget - 1, **layer),
    first_that_is_too_wide=lambda answer: answer + 1,
    at_least_one=lambda answer: max(1, answer),
    none_for_nothing=lambda answer: answer or None,
    power_of_two=lambda answer: 2 ** (answer.bit_length() - 1) if answer else 0,
    no_wider_than_the_input=lambda answer, c_in: min(answer, c_in),
)


# The backward pass


@question(
    points=3, minutes=30, difficulty=2, count=120,
    outputs=("grad_x", "grad_weight", "grad_bias"),
    axes={
        "grad_output": "N C_out H W", "x": IMAGES, "weight": "C_out C_in",
        "grad_x": IMAGES, "grad_weight": "C_out C_in", "grad_bias": "C_out",
    },
)  # fmt: skip
def pointwise_backward(grad_output, x, weight):
    """The gradients of a 1x1 convolution: of x, of the weight, and of the bias."""
    return gradients(grad_output, x, weight)


G = numbers(2, 2, 2, 3)[:, ::-1]
pointwise_backward.cases(
    Case(G, X, WEIGHT),
    Case(G, X, WEIGHT[::-1]),
    Case(G, X[::-1], WEIGHT),
    Case(G[::-1], X, WEIGHT),
    Case(numbers(2, 2, 2, 2), numbers(2, 2, 2, 2)[::-1], numbers(2, 2)),
)


@pointwise_backward.draws
def _(rng):
    N, C_in, C_out, H, W = draw_sizes(rng, 5)
    arrays = {"grad_output": draw_array(rng, N, C_out, H, W), "x": draw_array(rng, N, C_in, H, W)}
    return arrays | {"weight": draw_array(rng, C_out, C_in)}


def of_parameters(change):
    """A mistake in the gradients of weight and bias."""
    return lambda answer, grad_output, x, weight: (answer[0], *change(grad_output, x, weight)[1:])


pointwise_backward.regions(**SHAPES, square_matrix=lambda C_in, C_out: C_in == C_out)
pointwise_backward.misconceptions(
    matrix_not_transposed=lambda grad_output, weight, C_in, C_out, answer: (
        mix(grad_output, weight.reshape(C_in, C_out)), *answer[1:],
    ),
    weight_gradient_transposed=lambda answer: (answer[0], answer[1].T, answer[2]),
    weight_gradient_in_the_wrong_order=lambda answer: (answer[0], answer[1].T.reshape(answer[1].shape), answer[2]),
    weight_in_the_place_of_its_transpose=lambda grad_output, x, weight, answer, N, C_out, H, W: (
        (weight @ grad_output.reshape(N, C_out, H * W)).reshape(x.shape), *answer[1:],
    ),
    images_mixed_with_channels=lambda grad_output, x, weight, C_in, C_out: (
        (weight.T @ (G := grad_output.reshape(C_out, -1))).reshape(x.shape), G @ x.reshape(C_in, -1).T, G.sum(axis=1),
    ),
    mean_over_pixels=lambda answer, H, W: (answer[0], answer[1] / (H * W), answer[2] / (H * W)),
    mean_over_images=lambda answer, N: (answer[0], answer[1] / N, answer[2] / N),
    mean_over_pixels_and_images=lambda answer, N, H, W: (answer[0], answer[1] / (N * H * W), answer[2] / (N * H * W)),
    first_image_alone=of_parameters(lambda g, x, w: gradients(g[:1], x[:1], w)),
    last_image_alone=of_parameters(lambda g, x, w: gradients(g[-1:], x[-1:], w)),
    weight_gradient_of_each_image=lambda grad_output, x, answer: (
        answer[0], np.einsum("nohw,nchw->noc", grad_output, x), answer[2],
    ),
    bias_gradient_of_each_image=lambda grad_output, answer: (*answer[:2], grad_output.sum(axis=(2, 3))),
    bias_counted_once=lambda answer: (*answer[:2], np.ones_like(answer[2])),
    ones_for_the_gradient=lambda grad_output, x, weight: gradients(np.ones_like(grad_output), x, weight),
    sign_of_a_step=lambda answer: tuple(-array for array in answer),
)  # fmt: skip


# A broken implementation


@question(
    points=3, minutes=30, difficulty=3, count=150,
    axes={"x": IMAGES, "down": "C_mid C_in", "up": "C_out C_mid", "answer": "N C_out H W"},
)  # fmt: skip
def pixel_network(x, down, up):
    """A small network at every pixel: one matrix, a ReLU, another matrix."""
    return faulty()(x, down, up)


DOWN, UP = numbers(2, 3), numbers(4, 2)[::-1]
pixel_network.cases(
    Case(X, DOWN, UP),
    Case(X, DOWN, UP[::-1]),
    Case(X, -DOWN, UP),
    Case(X[::-1], DOWN, UP),
    Case(X[:1], DOWN, UP),
    Case(abs(X), abs(DOWN), UP),
)


@pixel_network.draws
def _(rng):
    N, C_in, C_mid, C_out, H, W = draw_sizes(rng, 6)
    arrays = {"x": draw_array(rng, N, C_in, H, W), "down": draw_array(rng, C_mid, C_in)}
    if rng.random() < 0.2:
        arrays = {name: abs(array) for name, array in arrays.items()}
    return arrays | {"up": draw_array(rng, C_out, C_mid)}


pixel_network.regions(
    **SHAPES,
    one_channel_between=lambda C_mid: C_mid == 1,
    nothing_negative_between=lambda x, down: mix(x, down).min() >= 0,
    nothing_negative_comes_out=lambda answer: answer.min() >= 0,
)
pixel_network.broken(faulty(columns=True, relu=True, images=True))
pixel_network.misconceptions(
    input_still_mixed=faulty(columns=True),
    relu_still_at_the_end=faulty(relu=True),
    output_still_mixed=faulty(images=True),
    only_the_input_mended=faulty(relu=True, images=True),
    only_the_relu_mended=faulty(columns=True, images=True),
    only_the_output_mended=faulty(columns=True, relu=True),
    relu_left_out=lambda x, down, up: mix(x, up @ down),
    relu_twice=lambda answer: np.maximum(answer, 0),
)


# A real image through its best channels and back


@question(
    points=3, minutes=35, difficulty=3, count=120, uses=("pointwise_conv",), rtol=1e-3, atol=1e-3,
    axes={"image": "C H W", "answer": "C H W"},
)  # fmt: skip
def squeeze(image, width):
    """An image through its `width` best channels and back: the mean colour, and the projection of what differs."""
    mean, vectors = directions(image)
    return project(image, vectors[:, -width:], mean)


IMAGE = numbers(3, 2, 4)
squeeze.cases(
    Case(IMAGE, 1),
    Case(IMAGE, 2),
    Case(IMAGE[::-1], 1),
    Case(IMAGE + 5, 1),
    Case(IMAGE[:2], 1),
    Case(numbers(4, 3, 2) + 9, 2),
)


@squeeze.draws
def _(rng):
    C, H, W = draw_sizes(rng, 3)
    image = draw_array(rng, C, H, W) + draw_array(rng, C, 1, 1) * either(rng, (0, 2), (1, 4))
    if rng.random() < 0.1:
        image += image[:, ::-1, ::-1]  # the same turned by half a turn
    width = int(rng.integers(1, C + 1))
    return {"image": image, "width": width} if is_clear(image, width) else None


@squeeze.example
def _():
    """A green circle on purple."""
    return Case(datasets.load("shapes", "train").images[0].astype(float), 1)


def projecting(change):
    """A mistake in the projection, of the image, its directions and its mean."""
    return lambda image, width: change(image, *directions(image)[::-1], width)


squeeze.regions(
    one_channel_kept=lambda width: width == 1,
    all_channels_kept=lambda C, width: width == C,
    one_row=lambda H: H == 1,
    higher_image=lambda H, W: H > W,
    dark=lambda image: image.mean() < 0,
)
squeeze.misconceptions(
    worst_channels_kept=projecting(lambda x, vectors, mean, w: project(x, vectors[:, :w], mean)),
    rows_for_columns=projecting(lambda x, vectors, mean, w: project(x, vectors[-w:].T, mean)),
    mean_not_added_back=projecting(lambda x, vectors, mean, w: project(x, vectors[:, -w:], mean, 0)),
    mean_not_taken_away=projecting(lambda x, vectors, mean, w: project(x, vectors[:, -w:], 0)),
    mean_added_not_taken_away=projecting(lambda x, vectors, mean, w: project(x, vectors[:, -w:], 0, mean)),
    nothing_centred=lambda image, width: project(image, uncentred(image)[:, -width:], 0),
    nothing_centred_mean_added=lambda image, width: project(
        image, uncentred(image)[:, -width:], 0, directions(image)[0]
    ),
    directions_not_centred=lambda image, width: project(image, uncentred(image)[:, -width:], directions(image)[0]),
    mean_of_all_channels=projecting(lambda x, vectors, mean, w: project(x, vectors[:, -w:], x.mean())),
    first_channels_kept=projecting(lambda x, vectors, mean, w: project(x, np.eye(len(x))[:, :w], mean)),
    one_direction_too_many=projecting(lambda x, vectors, mean, w: project(x, vectors[:, -w - 1 :], mean)),
    not_brought_back=projecting(lambda x, vectors, mean, w: np.einsum("cd,chw->dhw", vectors[:, -w:], x - mean)),
)
