"""What answers on residual networks are made of, right ones and wrong ones: blocks of small arrays, and counts.

Batch norms are folded: a scale and a shift for each channel. 1x1 convolutions are matrices (C_out, C_in).
"""

import numpy as np

from ._backward import SINGLE, convolved, framed
from ._statistics import SCALES, beside, whole


def relu(x):
    return np.maximum(x, 0)


def as_it_is(x):
    return x


def normed(x, scale, shift):
    return beside(scale) * x + beside(shift)


def conv3(x, weight, stride=1):
    """A 3x3 convolution with padding 1."""
    return convolved(framed(x, 1), weight)[:, :, ::stride, ::stride]


def conv1(x, weight, stride=1):
    return np.ascontiguousarray(np.einsum("oc,nchw->nohw", weight, x[:, :, ::stride, ::stride]))


def padded(x, channels, stride=1, *, before=None):
    """Every `stride`-th pixel, and channels of zeros: half of them before, unless `before` says how many."""
    missing = channels - x.shape[1]
    before = missing // 2 if before is None else before
    return np.pad(x[:, :, ::stride, ::stride], ((0, 0), (before, missing - before), (0, 0), (0, 0)))


# A basic block, whose parts can be exchanged for wrong ones


def summed(branch, shortcut, scale, shift, middle):
    """How a block ends: of the second convolution, the shortcut, its batch norm and what the first ReLU gave."""
    return relu(normed(branch, scale, shift) + shortcut)


def basic(
    x, weight1, scale1, shift1, weight2, scale2, shift2, stride=1,
    *, norm=normed, between=relu, end=summed, late=False, around_each=False,
):  # fmt: skip
    first, second = (1, stride) if late else (stride, 1)
    shortcut = padded(x, len(weight1), stride)
    middle = norm(conv3(x, weight1, first), scale1, shift1)
    middle = between(middle + shortcut if around_each else middle)
    return end(conv3(middle, weight2, second), shortcut, scale2, shift2, middle)


def ending(formula):
    """A basic block that ends in another way: `formula` of the normed branch, the shortcut, and the middle."""

    def end(branch, shortcut, scale, shift, middle):
        return formula(normed(branch, scale, shift), shortcut, middle)

    return with_faults(end=end)


def normed_by(norm, between=relu):
    """A basic block whose two batch norms are another formula."""

    def end(branch, shortcut, scale, shift, middle):
        return relu(norm(branch, scale, shift) + shortcut)

    return with_faults(norm=norm, between=between, end=end)


def with_faults(**faults):
    return lambda **block: basic(**block, **faults)


# A bottleneck that begins a stage


def bottleneck(
    x, down, middle, up, scale, shift, projection, stride=1,
    *, early=False, after=False, bare=False, cut=as_it_is, end=relu,
):  # fmt: skip
    """With faults: the stride in the first 1x1, batch norm after the sum, no ReLU behind the 3x3, one on the branch."""
    first, second = (stride, 1) if early else (1, stride)
    h = conv3(relu(conv1(x, down, first)), middle, second)
    branch, shortcut = conv1(h if bare else relu(h), up), conv1(x, projection, stride)
    return end(normed(branch + shortcut, scale, shift) if after else cut(normed(branch, scale, shift)) + shortcut)


def faulty(**faults):
    def answer(x, down, middle, up, scale, shift, projection, stride=1):
        return bottleneck(x, down, middle, up, scale, shift, projection, stride, **faults)

    return answer


# How cases are drawn


def numbers(*shape, seed=0):
    """Whole numbers without an order, the same each time."""
    return np.random.default_rng(seed).integers(-2, 4, shape).astype(float)


def small(rng, *shape):
    return whole(rng, *shape, low=-2, high=3)


def in_one_dtype(rng, drawn):
    """All arrays in float32, now and then."""
    dtype = SINGLE if rng.random() < 0.25 else float
    return {name: value.astype(dtype) if hasattr(value, "astype") else value for name, value in drawn.items()}


SHAPES = {
    "one_image": lambda N: N == 1,
    "one_channel": lambda C: C == 1,
    "higher_image": lambda H, W: H > W,
    "strided": lambda stride: stride > 1,
    "in_float32": lambda x: x.dtype == SINGLE,
}
X = numbers(1, 2, 3, 4)


def draw_norm(rng, count, number=""):
    return {f"scale{number}": rng.choice(SCALES, count), f"shift{number}": whole(rng, count)}


def block_of(c_in, c_out):
    """Weights and folded batch norms of a basic block, by position."""
    first = numbers(c_out, c_in, 3, 3, seed=1), np.arange(1.0, c_out + 1), np.arange(c_out) - 1.0
    return *first, numbers(c_out, c_out, 3, 3, seed=2), 2.0 - np.arange(c_out), np.arange(c_out) + 1.0


def parts_of(c_in, c_mid, c_out):
    """Weights of a bottleneck, by position."""
    ends = numbers(c_mid, c_in, seed=3), numbers(c_mid, c_mid, 3, 3, seed=4), numbers(c_out, c_mid, seed=5)
    return *ends, np.arange(1.0, c_out + 1), np.arange(c_out) - 1.0, numbers(c_out, c_in, seed=6)
