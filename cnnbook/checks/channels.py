"""The questions of the chapter on channels: what a layer computes and costs, and how its arrays lie in memory.

Arrays hold small whole numbers as floats, so that every order of the sums gives the same answer.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import datasets
from ._cases import Case
from ._question import question

COUNT = 120  # cases of a question on arrays


def sums(x, weight):
    """Every filter at every place: x (C_in, ...), weight (C_out, C_in, ...), sums (C_out, ...)."""
    axes = len(weight.shape[2:])  # along which the kernel moves
    windows = sliding_window_view(x, weight.shape[2:], axis=range(1, 1 + axes))  # (C_in, places ..., kernel ...)
    return np.tensordot(weight, windows, axes=(range(1, 2 + axes), [0, *range(1 + axes, 1 + 2 * axes)]))


def draw_numbers(rng, *shape):
    return rng.integers(-3, 5, shape).astype(float)


def draw_image(rng, *shape):
    """Some are the same upside down."""
    image = draw_numbers(rng, *shape)
    return image + image[..., ::-1, ::-1] if rng.random() < 0.15 else image


def counting(*shape):
    """0, 1, 2, ... in an array."""
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


def draw_sides(rng, count, most=3):
    """Sides of a kernel, and of an image that it fits into."""
    kernel = rng.integers(1, most + 1, count)
    image = kernel + rng.integers(0, most + 1, count) * rng.integers(1, 3)
    return tuple(map(int, kernel)), tuple(map(int, image))


KERNELS = {
    "one_pixel_kernel": lambda kH, kW: kH * kW == 1,
    "kernel_covers_image": lambda H, W, kH, kW: (kH, kW) == (H, W),
    "square_kernel": lambda kH, kW: kH == kW,
}

# What does it cost?


@question(points=2, minutes=15, difficulty=1, count=160, outputs=("parameters", "macs"))
def layer_cost(c_in, c_out, image, kernel, *, bias=True):
    """How many parameters and MACs has a layer of stride 1 without padding? The kernel fits into the image."""
    (H, W), (kH, kW) = image, kernel
    weights = c_out * c_in * kH * kW
    return weights + c_out * bias, weights * (H - kH + 1) * (W - kW + 1)


layer_cost.cases(
    Case(1, 1, (5, 5), (3, 3)),
    Case(3, 1, (5, 7), (3, 2)),
    Case(3, 4, (5, 7), (3, 2)),
    Case(3, 4, (5, 7), (3, 2), bias=False),
    Case(3, 4, (6, 7), (3, 2)),
    Case(3, 4, (5, 7), (2, 2)),
    Case(2, 4, (5, 7), (3, 2)),
    Case(3, 10, (32, 32), (3, 3)),  # ten filters for colour images
    Case(3, 96, (227, 227), (11, 11)),
    Case(64, 128, (58, 58), (3, 3)),
)


@layer_cost.draws
def _(rng):
    sizes = rng.integers(1, 6, 2) if rng.random() < 0.5 else rng.integers(1, 65, 2)
    kernel = rng.integers(1, 6, 2)
    if rng.random() < 0.3:
        kernel[1] = kernel[0]
    image = kernel + rng.integers(0, 7, 2) * rng.integers(0, 2)
    if rng.random() < 0.2:
        sizes[1] = sizes[0]
    c_in, c_out = map(int, sizes)
    image, kernel = (tuple(map(int, pair)) for pair in (image, kernel))
    return {"c_in": c_in, "c_out": c_out, "image": image, "kernel": kernel, "bias": bool(rng.integers(2))}


layer_cost.regions(
    one_channel_in=lambda c_in: c_in == 1,
    one_channel_out=lambda c_out: c_out == 1,
    as_many_out_as_in=lambda c_in, c_out: c_in == c_out,
    one_pixel_kernel=lambda kernel: kernel == (1, 1),
    square_kernel=lambda kernel: kernel[0] == kernel[1],
    square_image=lambda image: image[0] == image[1],
    kernel_covers_image=lambda image, kernel: image == kernel,
)
layer_cost.misconceptions(
    one_kernel_for_all_inputs=lambda c_in, answer, c_out, bias: (
        (answer[0] - c_out * bias) // c_in + c_out * bias, answer[1] // c_in
    ),
    one_filter_for_all_outputs=lambda c_out, answer: (answer[0] // c_out, answer[1] // c_out),
    bias_for_each_kernel=lambda c_in, c_out, bias, answer: (answer[0] + c_out * (c_in - 1) * bias, answer[1]),
    bias_for_each_input=lambda c_in, c_out, bias, answer: (answer[0] + (c_in - c_out) * bias, answer[1]),
    one_bias_for_the_layer=lambda c_out, bias, answer: (answer[0] + (1 - c_out) * bias, answer[1]),
    input_size_for_output=lambda c_in, c_out, image, kernel, answer: (
        answer[0], c_out * c_in * kernel[0] * kernel[1] * image[0] * image[1]
    ),
    weights_for_each_place=lambda c_out, bias, answer: (answer[1] + c_out * bias, answer[1]),
    bias_among_macs=lambda c_out, image, kernel, bias, answer: (
        answer[0], answer[1] + bias * c_out * (image[0] - kernel[0] + 1) * (image[1] - kernel[1] + 1)
    ),
    bias_never=lambda c_out, bias, answer: (answer[0] - c_out * bias, answer[1]),
    first_place_forgotten=lambda image, kernel, c_in, c_out, answer: (
        answer[0], c_out * c_in * kernel[0] * kernel[1] * (image[0] - kernel[0]) * (image[1] - kernel[1])
    ),
    operations_for_macs=lambda answer: (answer[0], 2 * answer[1]),
    parameters_and_macs_exchanged=lambda answer: answer[::-1],
)  # fmt: skip


# One filter


@question(
    points=2, minutes=20, difficulty=1, count=COUNT,
    axes={"x": "C_in H W", "weight": "C_in kH kW", "answer": "H_out W_out"},
)  # fmt: skip
def one_filter(x, weight, *, bias=0.0):
    """What does one filter find in an image? The kernel fits into the image."""
    return sums(x, weight[None])[0] + bias


X, W = counting(3, 4, 5), counting(3, 3, 2)
one_filter.cases(
    Case(counting(1, 2, 3), np.array([[[1.0, 10]]])),
    Case(counting(2, 2, 3), np.array([[[1.0, 10]], [[100, 1000]]])),
    Case(X, W),
    Case(X, W, bias=2.0),
    Case(X[:, ::-1], W),
    Case(X, W[:, ::-1]),
    Case(counting(4, 4, 3), counting(4, 2, 1)),
)


@one_filter.draws
def _(rng):
    kernel, image = draw_sides(rng, 2)
    C_in = int(rng.integers(1, 5))
    bias = float(rng.integers(1, 5) * rng.choice([-1, 1])) if rng.random() < 0.5 else 0.0
    return {"x": draw_image(rng, C_in, *image), "weight": draw_numbers(rng, C_in, *kernel), "bias": bias}


one_filter.regions(
    **KERNELS,
    one_channel_in=lambda C_in: C_in == 1,
    negative_bias=lambda bias: bias < 0,
)
one_filter.misconceptions(
    channels_not_summed=lambda x, weight, bias: (
        np.stack([sums(one[None], kernel[None, None])[0] for one, kernel in zip(x, weight, strict=True)]) + bias
    ),
    first_channel_only=lambda x, weight, bias: sums(x[:1], weight[None, :1])[0] + bias,
    last_channel_only=lambda x, weight, bias: sums(x[-1:], weight[None, -1:])[0] + bias,
    channels_averaged=lambda x, weight, bias: sums(x, weight[None])[0] / len(x) + bias,
    one_kernel_for_all_inputs=lambda x, weight, bias: sums(x.sum(0)[None], weight[None, :1])[0] + bias,
    bias_for_each_input=lambda x, weight, bias: sums(x, weight[None])[0] + bias * len(x),
    kernel_flipped=lambda x, weight, bias: sums(x, weight[None, :, ::-1, ::-1])[0] + bias,
    activation_too_early=lambda answer: np.maximum(answer, 0),
    last_places_forgotten=lambda answer: answer[:-1, :-1],
)


# A layer


@question(
    points=3, minutes=20, difficulty=2, count=COUNT, uses=("one_filter",),
    axes={"x": "C_in H W", "weight": "C_out C_in kH kW", "bias": "C_out", "answer": "C_out H_out W_out"},
)  # fmt: skip
def conv_layer(x, weight, bias):
    """What does a layer put out, with ReLU as its activation? The kernels fit into the image."""
    return np.maximum(sums(x, weight) + bias[:, None, None], 0)


FILTERS = counting(2, 3, 3, 2) - 20
conv_layer.cases(
    Case(counting(1, 2, 3), np.array([[[[1.0, -2]]]]), np.array([1.5])),
    Case(counting(1, 2, 3), np.array([[[[1.0, -2]]], [[[1.0, 0]]]]), np.array([3.0, -1])),
    Case(X - 30, FILTERS, np.array([100.0, -500])),
    Case(X - 30, FILTERS, np.array([-100.0, 500])),
    Case(X - 20, FILTERS, np.array([100.0, -500])),
    Case(X - 30, FILTERS[::-1], np.array([100.0, -500])),
    Case(counting(4, 4, 3), counting(2, 4, 2, 1), np.array([2.0, -1])),
)


@conv_layer.draws
def _(rng):
    kernel, image = draw_sides(rng, 2)
    C_in, C_out = map(int, rng.integers(1, 5, 2))
    shift = float(rng.choice([0, 0, 0, 30, -12]))
    bias = draw_numbers(rng, C_out) + shift
    return {"x": draw_image(rng, C_in, *image), "weight": draw_numbers(rng, C_out, C_in, *kernel), "bias": bias}


EDGE = np.array([[1.0, 0, -1]] * 3)


@conv_layer.example
def _():
    """The ring of the chapter, and an edge kernel in red, in blue, in all channels, and with a minus in blue."""
    signs = [(1, 0, 0), (0, 0, 1), (1, 1, 1), (1, 1, -1)]
    filters = np.array([np.multiply.outer(sign, EDGE) for sign in signs])
    return Case(datasets.load("shapes", "train").images[2861] / 255, filters, np.zeros(4))


conv_layer.regions(
    **KERNELS,
    one_channel_in=lambda C_in: C_in == 1,
    one_channel_out=lambda C_out: C_out == 1,
    as_many_out_as_in=lambda C_in, C_out: C_in == C_out,
    nothing_cut_off=lambda answer: answer.min() > 0,
)
conv_layer.misconceptions(
    activation_forgotten=lambda x, weight, bias: sums(x, weight) + bias[:, None, None],
    bias_after_activation=lambda x, weight, bias: np.maximum(sums(x, weight), 0) + bias[:, None, None],
    bias_forgotten=lambda x, weight: np.maximum(sums(x, weight), 0),
    one_bias_for_the_layer=lambda x, weight, bias: np.maximum(sums(x, weight) + bias[0], 0),
    bias_for_each_input=lambda x, weight, bias: np.maximum(sums(x, weight) + len(x) * bias[:, None, None], 0),
    one_filter_for_all_outputs=lambda x, weight, bias: (
        np.maximum(sums(x, weight[:1]) + bias[:, None, None], 0)
    ),
    outputs_summed=lambda x, weight, bias: np.maximum(sums(x, weight) + bias[:, None, None], 0).sum(0),
    absolute_value=lambda x, weight, bias: np.abs(sums(x, weight) + bias[:, None, None]),
    channels_last=lambda answer: np.moveaxis(answer, 0, -1),
)  # fmt: skip


# A video


@question(
    points=3, minutes=30, difficulty=3, count=COUNT, uses=("one_filter",),
    axes={"x": "C_in D H W", "weight": "C_out C_in kD kH kW", "answer": "C_out D_out H_out W_out"},
)  # fmt: skip
def conv_video(x, weight):
    """What does a 3-D convolution put out? Stride 1, no padding, no bias; the kernel fits into the video."""
    return sums(x, weight)


CLIP, MOVING = counting(2, 4, 3, 4), counting(3, 2, 2, 2, 3)
LONG = counting(2, 2, 3, 2, 1) ** 2  # a kernel of three frames, none of which is the mean of the others
conv_video.cases(
    Case(counting(1, 3, 1, 2), np.array([[[[[1.0]], [[-1]]]]])),
    Case(counting(1, 3, 1, 2), np.array([[[[[1.0]], [[0]]]]])),
    Case(CLIP, MOVING),
    Case(CLIP[:, ::-1], MOVING),
    Case(CLIP, MOVING[::-1]),
    Case(CLIP, LONG),
)


@conv_video.draws
def _(rng):
    (kH, kW), (H, W) = draw_sides(rng, 2, most=2)
    kD = int(rng.integers(1, 5))
    kernel, video = (kD, kH, kW), (kD + int(rng.integers(6)), H, W)
    C_in, C_out = map(int, rng.integers(1, 4, 2))
    return {"x": draw_image(rng, C_in, *video), "weight": draw_numbers(rng, C_out, C_in, *kernel)}


def frames_apart(x, weight):
    """Every output frame from one frame: the kernel's frames are added first."""
    return sums(x, weight.sum(2, keepdims=True))[:, : x.shape[1] - weight.shape[2] + 1]


conv_video.regions(
    one_channel_in=lambda C_in: C_in == 1,
    one_channel_out=lambda C_out: C_out == 1,
    one_frame_kernel=lambda kD: kD == 1,
    long_kernel=lambda kD: kD > 2,
    kernel_as_long_as_video=lambda D, kD: kD == D,
    one_pixel_kernel=lambda kH, kW: kH * kW == 1,
    kernel_covers_frame=lambda H, W, kH, kW: (kH, kW) == (H, W),
)
conv_video.misconceptions(
    kernel_frames_reversed=lambda x, weight: sums(x, weight[:, :, ::-1]),
    kernel_flipped=lambda x, weight: sums(x, weight[..., ::-1, ::-1, ::-1]),
    first_frame_of_kernel_only=lambda x, weight, kD: sums(x, weight * (np.arange(kD) == 0)[:, None, None]),
    kernel_frames_added=frames_apart,
    kernel_frames_averaged=lambda answer, kD: answer / kD,
    first_two_frames_only=lambda x, weight, kD: sums(x, weight * (np.arange(kD) < 2)[:, None, None]),
    last_stop_forgotten=lambda answer: answer[:, :-1],
    last_places_forgotten=lambda answer: answer[:, :-1, :-1, :-1],
    first_stop_only=lambda answer: answer[:, :1],
    kernel_does_not_move=lambda answer: np.repeat(answer[:, :1], answer.shape[1], axis=1),
    frames_added=lambda answer: answer.sum(1),
    first_channel_only=lambda x, weight: sums(x[:1], weight[:, :1]),
    one_filter_for_all_outputs=lambda answer: np.repeat(answer[:1], len(answer), axis=0),
    frames_first=lambda answer: answer.swapaxes(0, 1),
)


# Channels last


@question(
    points=1, minutes=10, difficulty=1, count=60,
    axes={"weight": "C_out C_in kH kW", "answer": "kH kW C_in C_out"},
)  # fmt: skip
def to_tensorflow(weight):
    """The same weights in the order of TensorFlow."""
    return weight.transpose(2, 3, 1, 0)


to_tensorflow.cases(
    Case(counting(2, 1, 1, 1)),
    Case(counting(1, 2, 1, 2)),
    Case(counting(4, 3, 3, 2)),
    Case(counting(4, 3, 2, 3)),
    Case(counting(3, 3, 2, 2)),
    Case(counting(2, 2, 2, 2)),
)


@to_tensorflow.draws
def _(rng):
    C_out, C_in, kH, kW = map(int, rng.integers(1, 6, 4))
    if rng.random() < 0.4:
        C_out, kW = C_in, kH  # where a wrong order has the right shape
    return {"weight": draw_numbers(rng, C_out, C_in, kH, kW)}


to_tensorflow.regions(
    one_channel_in=lambda C_in: C_in == 1,
    one_channel_out=lambda C_out: C_out == 1,
    square_kernel=lambda kH, kW: kH == kW,
    as_many_out_as_in=lambda C_in, C_out: C_in == C_out,
)
to_tensorflow.misconceptions(
    reshaped=lambda weight, answer: weight.reshape(answer.shape),
    all_axes_reversed=lambda weight: weight.T,
    weights_like_images=lambda weight: weight.transpose(0, 2, 3, 1),
    inputs_and_outputs_exchanged=lambda weight: weight.transpose(2, 3, 0, 1),
    the_way_back=lambda weight: weight.transpose(3, 2, 0, 1),
)


# A broken layer


@question(
    points=3, minutes=25, difficulty=2, count=COUNT,
    axes={"x": "N H W C_in", "weight": "kH kW C_in C_out", "bias": "C_out", "answer": "N H_out W_out C_out"},
)  # fmt: skip
def conv_nhwc(x, weight, bias):
    """A layer without activation, channels last; the kernel fits into the images."""
    windows = sliding_window_view(x, weight.shape[:2], axis=(1, 2))  # (N, H_out, W_out, C_in, kH, kW)
    return np.einsum("nhwcij,ijco->nhwo", windows, weight) + bias


@conv_nhwc.broken
def _(x, weight, bias):
    N, H, W, C_in = x.shape
    kH, kW, _, C_out = weight.shape
    out = np.zeros((N, H - kH + 1, W - kW + 1, C_out))
    for c in range(C_in):
        for i in range(kH):
            for j in range(kW):
                shifted = x[:, i : i + H - kH + 1, j : j + W - kW + 1, c, None]
                out += shifted * weight[i, j, 0]
        out += bias
    return out


conv_nhwc.cases(
    Case(counting(1, 1, 2, 1), np.ones((1, 1, 1, 1)), np.array([1.0])),
    Case(counting(1, 1, 1, 2) + 1, np.array([1.0, 10]).reshape(1, 1, 2, 1), np.array([0.0])),
    Case(counting(1, 1, 1, 2) + 1, np.array([1.0, 10]).reshape(1, 1, 2, 1), np.array([100.0])),
    Case(counting(2, 4, 5, 3), counting(3, 2, 3, 4), np.arange(4.0)),
    Case(counting(2, 4, 5, 3)[:, ::-1], counting(3, 2, 3, 4), np.arange(4.0)),
    Case(counting(2, 4, 5, 3), counting(3, 2, 3, 4)[::-1], np.arange(4.0)),
)


@conv_nhwc.draws
def _(rng):
    kernel, image = draw_sides(rng, 2, most=2)
    N, C_in, C_out = map(int, rng.integers(1, 4, 3))
    bias = draw_numbers(rng, C_out) if rng.random() < 0.8 else np.zeros(C_out)
    return {"x": draw_image(rng, N, *image, C_in), "weight": draw_numbers(rng, *kernel, C_in, C_out), "bias": bias}


conv_nhwc.regions(
    **KERNELS,
    one_channel_in=lambda C_in: C_in == 1,
    one_channel_out=lambda C_out: C_out == 1,
    one_image=lambda N: N == 1,
    no_bias=lambda bias: not bias.any(),
)
conv_nhwc.misconceptions(
    only_the_bias_mended=lambda x, weight, bias: conv_nhwc.reference(x.sum(-1, keepdims=True), weight[:, :, :1], bias),
    only_the_kernel_mended=lambda x, weight, bias: conv_nhwc.reference(x, weight, bias * x.shape[-1]),
    bias_taken_out=lambda x, weight, bias: conv_nhwc.reference(x, weight, 0 * bias),
    bias_for_every_tap=lambda x, weight, bias: conv_nhwc.reference(x, weight, bias * weight[..., 0].size),
    channels_first=lambda answer: np.moveaxis(answer, -1, 1),
    first_image_only=lambda answer: answer[:1],
)
