"""The questions of the chapter on groups: one image (C, H, W), kernels at stride 1 without padding.

Numbers of the cases are whole, as floats, so that every way to sum them up gives the same.
"""

import numpy as np

from .. import datasets
from ._cases import Case
from ._layers import either
from ._question import question


def windows(x, kH, kW):
    """All windows of each channel: (C, H_out, W_out, kH, kW)."""
    return np.lib.stride_tricks.sliding_window_view(x, (kH, kW), axis=(1, 2))


def by_group(x, weight, groups):
    """Each group of output channels from its own group of input channels, in order."""
    inputs, filters = windows(x, *weight.shape[2:]), weight.reshape(groups, -1, *weight.shape[1:])
    inputs = inputs.reshape(groups, -1, *inputs.shape[1:])
    return np.concatenate(np.einsum("gcijkl,gockl->goij", inputs, filters))


def draw_array(rng, *shape):
    return rng.integers(-3, 4, shape).astype(float)


def draw_sizes(rng):
    """Kernel and image, seldom square."""
    kH, kW = (either(rng, (1, 3), (1, 4), rare=(4, 7)) for _ in range(2))
    return kH, kW, kH + either(rng, (0, 3), (0, 5), rare=(6, 9)), kW + either(rng, (0, 3), (0, 5), rare=(6, 9))


# What does it cost?


@question(points=2, minutes=15, difficulty=1, outputs=("weights", "macs"))
def grouped_cost(c_in, c_out, kernel, output, *, groups=1):
    """Weights and MACs of a convolution in groups: kernel x kernel, an output of output x output, no bias."""
    weights = c_out * (c_in // groups) * kernel**2
    return weights, weights * output**2


grouped_cost.cases(
    Case(4, 6, 3, 5),
    Case(4, 6, 3, 5, groups=2),
    Case(8, 6, 3, 5, groups=2),
    Case(4, 8, 3, 5, groups=2),
    Case(4, 6, 1, 5),
    Case(4, 6, 3, 2),
    Case(16, 16, 3, 28, groups=16),  # depthwise
    Case(3, 64, 7, 112),  # ResNet's first layer
    Case(3, 96, 11, 55),  # AlexNet's
    Case(8, 24, 3, 7, groups=8),  # three kernels for each channel
    Case(96, 256, 5, 27, groups=2),  # AlexNet's second layer
)


@grouped_cost.draws
def _(rng):
    groups = either(rng, (1, 2), (1, 5), (2, 9))
    return {
        "c_in": groups * either(rng, (1, 2), (1, 5)),
        "c_out": groups * either(rng, (1, 2), (1, 5)),
        "kernel": either(rng, (1, 3), (2, 6), rare=(6, 12)),
        "output": either(rng, (1, 3), (2, 15), rare=(15, 120)),
        "groups": groups,
    }


grouped_cost.regions(
    in_groups=lambda groups: groups > 1,
    one_in_each=lambda c_in, groups: c_in == groups,
    one_out_each=lambda c_out, groups: c_out == groups,
    pointwise=lambda kernel: kernel == 1,
    one_place=lambda output: output == 1,
    more_out=lambda c_in, c_out: c_out > c_in,
    fewer_out=lambda c_in, c_out: c_out < c_in,
    kernel_beyond_output=lambda kernel, output: kernel > output,
)


def cost_of(weights):
    """The two answers of who counts the weights so."""
    return lambda output, **layer: (weights(**layer), weights(**layer) * output**2)


grouped_cost.misconceptions(
    groups_forgotten=cost_of(lambda c_in, c_out, kernel, groups: c_out * c_in * kernel**2),
    divided_twice=cost_of(lambda c_in, c_out, kernel, groups: c_out // groups * (c_in // groups) * kernel**2),
    kernel_not_squared=cost_of(lambda c_in, c_out, kernel, groups: c_out * (c_in // groups) * kernel),
    bias_counted=lambda answer, c_out, output: (answer[0] + c_out, answer[1]),
    places_not_squared=lambda answer, output: (answer[0], answer[0] * output),
    places_forgotten=lambda answer: (answer[0], answer[0]),
    places_of_the_input=lambda answer, kernel, output: (answer[0], answer[0] * (output + kernel - 1) ** 2),
    weights_and_macs_exchanged=lambda answer: answer[::-1],
    multiplied_by_groups=cost_of(lambda c_in, c_out, kernel, groups: c_out * c_in * kernel**2 * groups),
    output_and_kernel_exchanged=lambda c_in, c_out, kernel, output, groups: (
        c_out * (c_in // groups) * output**2, c_out * (c_in // groups) * output**2 * kernel**2
    ),
)  # fmt: skip


# In groups


@question(
    points=3, minutes=30, difficulty=2, count=120,
    axes={"x": "C_in H W", "weight": "C_out C_group kH kW", "answer": "C_out H_out W_out"},
)  # fmt: skip
def grouped_conv(x, weight):
    """The convolution of an image with filters for a part of its channels each; the shapes say how many groups."""
    return by_group(x, weight, len(x) // weight.shape[1])


_X = np.arange(1, 25.0).reshape(4, 2, 3) % 7
_WEIGHT = np.arange(1, 17.0).reshape(4, 2, 1, 2) % 5 - 2
grouped_conv.cases(
    Case(_X, _WEIGHT),
    Case(_X, _WEIGHT[:, ::-1]),
    Case(_X[::-1], _WEIGHT),
    Case(_X[:2], _WEIGHT),
    Case(_X[:2], _WEIGHT[:, :1]),
    Case(_X, _WEIGHT[:, :1]),  # depthwise
    Case(np.arange(140.0).reshape(4, 5, 7) % 11, np.arange(72.0).reshape(6, 2, 3, 2) % 5 - 2),
)


@grouped_conv.draws
def _(rng):
    kH, kW, H, W = draw_sizes(rng)
    groups, inside, out = either(rng, (1, 2), (2, 4)), either(rng, (1, 3), (1, 4)), either(rng, (1, 3), (1, 4))
    return {"x": draw_array(rng, groups * inside, H, W), "weight": draw_array(rng, groups * out, inside, kH, kW)}


GROUPED = {
    "in_groups": lambda C_in, C_group: C_in > C_group,
    "three_groups": lambda C_in, C_group: C_in > 2 * C_group,
    "one_in_each": lambda C_group: C_group == 1,
    "one_out_each": lambda C_in, C_group, C_out: C_out * C_group == C_in,
    "more_out": lambda C_in, C_out: C_out > C_in,
    "fewer_out": lambda C_in, C_out: C_out < C_in,
    "one_place": lambda answer: answer[0].size == 1,
    "higher_image": lambda H, W: H > W,
    "higher_kernel": lambda kH, kW: kH > kW,
    "one_tap": lambda kH, kW: kH * kW == 1,
}
grouped_conv.regions(**GROUPED)


def dealt(array, groups):
    """The order of channels that are dealt out like cards: 0, g, 2g, ... to the first group."""
    return array.reshape(-1, groups, *array.shape[1:]).swapaxes(0, 1).reshape(array.shape)


def split(array, groups):
    """The first axis as groups: (groups, channels, ...)."""
    return array.reshape(groups, -1, *array.shape[1:])


def mistaken(mistake):
    """A mistake that is told the number of groups."""
    return lambda x, weight, answer, C_in, C_group: mistake(x, weight, answer, C_in // C_group)


grouped_conv.misconceptions(
    inputs_dealt_out=mistaken(lambda x, weight, answer, groups: by_group(dealt(x, groups), weight, groups)),
    outputs_interleaved=mistaken(
        lambda x, weight, answer, groups: split(answer, groups).swapaxes(0, 1).reshape(answer.shape)
    ),
    first_group_for_all=mistaken(
        lambda x, weight, answer, groups: by_group(np.tile(split(x, groups)[0], (groups, 1, 1)), weight, groups)
    ),
    groups_in_reverse=mistaken(
        lambda x, weight, answer, groups: by_group(split(x, groups)[::-1].reshape(x.shape), weight, groups)
    ),
    groups_added=mistaken(lambda x, weight, answer, groups: np.tile(split(answer, groups).sum(0), (groups, 1, 1))),
    first_group_alone=mistaken(lambda x, weight, answer, groups: split(answer, groups)[0]),
    kernel_turned=mistaken(lambda x, weight, answer, groups: by_group(x, weight[..., ::-1, ::-1], groups)),
    channels_not_added=lambda answer, C_group: answer / C_group,
)


# A shuffle


@question(points=2, minutes=15, difficulty=2, axes={"x": "C H W", "answer": "C H W"})
def shuffle_channels(x, groups):
    """Channels in a new order: the first of each group, then the second of each group, and so on."""
    return x.reshape(groups, -1, *x.shape[1:]).swapaxes(0, 1).reshape(x.shape)


shuffle_channels.cases(
    Case(np.arange(24.0).reshape(6, 2, 2), 2),
    Case(np.arange(24.0).reshape(6, 2, 2), 3),
    Case(np.arange(24.0).reshape(6, 2, 2)[::-1], 2),
    Case(np.arange(24.0).reshape(6, 2, 2), 1),
    Case(np.arange(8.0).reshape(4, 1, 2), 2),
    Case(np.arange(60.0).reshape(10, 2, 3), 5),
)


@shuffle_channels.draws
def _(rng):
    groups = either(rng, (1, 3), (2, 6))
    channels = groups * either(rng, (1, 3), (2, 6))
    return {"x": draw_array(rng, channels, *(either(rng, (1, 3), (2, 6)) for _ in "HW")), "groups": groups}


shuffle_channels.regions(
    one_group=lambda groups: groups == 1,
    one_channel_each=lambda groups, C: groups == C,
    as_many_groups_as_channels_in_one=lambda groups, C: groups**2 == C,
    more_groups_than_channels_in_one=lambda groups, C: groups**2 > C,
    higher_image=lambda H, W: H > W,
)
shuffle_channels.misconceptions(
    shuffled_back=lambda x, groups: dealt(x, groups),
    not_shuffled=lambda x: x,
    channels_reversed=lambda x: x[::-1],
    groups_reversed=lambda x, groups: x.reshape(groups, -1, *x.shape[1:])[::-1].reshape(x.shape),
    moved_by_one_group=lambda x, groups: np.roll(x, len(x) // groups, axis=0),
    pixels_shuffled_too=lambda x, groups: x.reshape(groups, -1).T.reshape(x.shape),
)  # fmt: skip


# Depthwise, then pointwise


def in_two_steps(x, depthwise, pointwise, order=None):
    between = by_group(x, depthwise, len(x))
    between = between if order is None else between[order(len(x), len(depthwise) // len(x))]
    return np.einsum("oc,cij->oij", pointwise, between)


@question(
    points=3, minutes=25, difficulty=2, count=120, uses=("grouped_conv",),
    axes={"x": "C_in H W", "depthwise": "C_between one kH kW", "pointwise": "C_out C_between",
          "answer": "C_out H_out W_out"},
)  # fmt: skip
def separable_conv(x, depthwise, pointwise):
    """A depthwise convolution, with C_between // C_in kernels for each channel, and a 1x1 convolution after it."""
    return in_two_steps(x, depthwise, pointwise)


_DEPTHWISE = np.array([1, -1, 0, 2, 1, 1, 2, -1], float).reshape(4, 1, 1, 2)
_POINTWISE = np.array([[1, 0, 2, -1], [0, 3, 1, 1], [1, 1, -2, 0]], float)
separable_conv.cases(
    Case(_X, _DEPTHWISE, _POINTWISE),
    Case(_X[::-1], _DEPTHWISE, _POINTWISE),
    Case(_X, _DEPTHWISE[::-1], _POINTWISE),
    Case(_X, _DEPTHWISE, _POINTWISE[::-1]),
    Case(_X[:2], _DEPTHWISE, _POINTWISE),  # two kernels for each channel
    Case(_X[:1], _DEPTHWISE, _POINTWISE),
)


@separable_conv.draws
def _(rng):
    kH, kW, H, W = draw_sizes(rng)
    c_in, multiplier, c_out = either(rng, (1, 3), (2, 5)), either(rng, (1, 2), (2, 4)), either(rng, (1, 3), (2, 5))
    return {"x": draw_array(rng, c_in, H, W), "depthwise": draw_array(rng, c_in * multiplier, 1, kH, kW),
            "pointwise": draw_array(rng, c_out, c_in * multiplier)}  # fmt: skip


@separable_conv.example
def _():
    """Edges of a colour image: two Sobel kernels for each channel, each kind added over the channels."""
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
    depthwise = np.stack([sobel, sobel.T] * 3)[:, None]
    image = datasets.load("shapes", "train").images[2861] / 255
    return Case(image, depthwise, np.array([[1, 0] * 3, [0, 1] * 3], float))


separable_conv.regions(
    several_each=lambda C_in, C_between: C_between > C_in,
    one_channel=lambda C_in: C_in == 1,
    one_out=lambda C_out: C_out == 1,
    more_out=lambda C_between, C_out: C_out > C_between,
    one_place=lambda answer: answer[0].size == 1,
    higher_image=lambda H, W: H > W,
    higher_kernel=lambda kH, kW: kH > kW,
    one_tap=lambda kH, kW: kH * kW == 1,
)
separable_conv.misconceptions(
    outputs_interleaved=lambda x, depthwise, pointwise: in_two_steps(
        x, depthwise, pointwise, lambda c_in, m: np.arange(c_in * m).reshape(c_in, m).T.ravel()
    ),
    channels_taken_by_turns=lambda x, depthwise, pointwise: np.einsum(
        "oc,cij->oij", pointwise,
        by_group(np.tile(x, (len(depthwise) // len(x), 1, 1)), depthwise, len(depthwise)),
    ),
    relu_in_between=lambda x, depthwise, pointwise: np.einsum(
        "oc,cij->oij", pointwise, np.maximum(by_group(x, depthwise, len(x)), 0)
    ),
    multiplier_forgotten=lambda x, depthwise, pointwise, C_in: in_two_steps(
        x, depthwise[:: len(depthwise) // C_in], pointwise[:, :: len(depthwise) // C_in]
    ),
    first_channels_between_alone=lambda x, depthwise, pointwise, C_in: np.einsum(
        "oc,cij->oij", pointwise[:, :C_in], by_group(x, depthwise, len(x))[:C_in]
    ),
    not_mixed=lambda x, depthwise: by_group(x, depthwise, len(x)),
    channels_added_without_weights=lambda x, depthwise, pointwise: in_two_steps(
        x, depthwise, np.ones_like(pointwise)
    ),
    kernel_turned=lambda x, depthwise, pointwise: in_two_steps(x, depthwise[..., ::-1, ::-1], pointwise),
)  # fmt: skip


# A broken implementation


@question(
    points=2, minutes=25, difficulty=3,
    axes={"x": "C_in H W", "weight": "C_out one kH kW", "answer": "C_out H_out W_out"},
)  # fmt: skip
def depthwise_conv(x, weight):
    """A depthwise convolution with C_out // C_in kernels for each channel, all outputs of channel 0 first."""
    return by_group(x, weight, len(x))


depthwise_conv.cases(
    Case(_X, _DEPTHWISE),
    Case(_X[::-1], _DEPTHWISE),
    Case(_X, _DEPTHWISE[::-1]),
    Case(_X[:2], _DEPTHWISE),
    Case(_X[:1], _DEPTHWISE),
    Case(np.arange(70.0).reshape(2, 5, 7) % 11, np.arange(36.0).reshape(6, 1, 3, 2) % 5 - 2),
)


@depthwise_conv.draws
def _(rng):
    kH, kW, H, W = draw_sizes(rng)
    c_in, multiplier = either(rng, (1, 3), (2, 5), (2, 5)), either(rng, (1, 2), (2, 4), (2, 5))
    return {"x": draw_array(rng, c_in, H, W), "weight": draw_array(rng, c_in * multiplier, 1, kH, kW)}


def faulty(*, channel=False, kernel=False, sum_up=False):
    """With some of its faults: channels taken by turns, the kernel of the channel for that of the output, a mean."""

    def answer(x, weight):
        C_in, C_out = len(x), len(weight)
        out = []
        for c in range(C_out):
            seen = c % C_in if channel else c // (C_out // C_in)
            taps = weight[seen if kernel else c]
            products = windows(x[seen : seen + 1], *taps.shape[1:])[0] * taps[0]
            out.append(products.mean((-1, -2)) if sum_up else products.sum((-1, -2)))
        return np.stack(out)

    return answer


depthwise_conv.broken(faulty(channel=True, kernel=True))
depthwise_conv.regions(
    several_each=lambda C_in, C_out: C_out > C_in,
    one_channel=lambda C_in: C_in == 1,
    one_place=lambda answer: answer[0].size == 1,
    higher_image=lambda H, W: H > W,
    higher_kernel=lambda kH, kW: kH > kW,
    one_tap=lambda kH, kW: kH * kW == 1,
)
depthwise_conv.misconceptions(
    kernel_mended_alone=lambda x, weight: faulty(channel=True)(x, weight),
    channel_mended_alone=lambda x, weight: faulty(kernel=True)(x, weight),
    first_kernel_of_each_channel=lambda x, weight, C_in: np.repeat(
        by_group(x, weight[:: len(weight) // C_in], C_in), len(weight) // C_in, axis=0
    ),
    mean_for_sum=lambda x, weight: faulty(sum_up=True)(x, weight),
    outputs_interleaved=lambda answer, C_in: answer.reshape(C_in, -1, *answer.shape[1:]).swapaxes(0, 1).reshape(
        answer.shape
    ),
)  # fmt: skip
