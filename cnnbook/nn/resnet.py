"""A small residual network in NumPy: the blocks of the CIFAR ResNets, few and narrow."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from .._validate import got, integer
from .containers import Residual, Sequential
from .layers import BatchNorm, Conv2d, GlobalAvgPool2d, Linear, ReLU


def small_resnet(
    *, rng: np.random.Generator, widths: tuple[int, ...] = (8, 16), num_classes: int = 10, in_channels: int = 1,
    dtype: DTypeLike = np.float32,
) -> Sequential:  # fmt: skip
    """A residual network with one basic block a width, for images of any size.

    A 3x3 convolution, then one block a width, each but the first halving the image; global average pooling; a fully
    connected output.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the first weights: He's, as a ReLU follows.
    widths : tuple of int
        Channels of each block.
    num_classes, in_channels : int
    dtype : numpy.float32 or numpy.float64

    Returns
    -------
    Sequential
        From (N, in_channels, H, W) to logits (N, num_classes).

    References
    ----------
    He et al., "Deep residual learning for image recognition", CVPR 2016, section 4.2.

    Examples
    --------
    >>> network = small_resnet(rng=np.random.default_rng(0))
    >>> network.forward(np.zeros((2, 1, 9, 7), np.float32), training=True).shape
    (2, 10)
    >>> [name for name in network.parameters if name.startswith("5.shortcut")]
    ['5.shortcut.0.weight', '5.shortcut.1.weight', '5.shortcut.1.bias']
    """
    in_channels, num_classes = integer("in_channels", in_channels, 1), integer("num_classes", num_classes, 1)
    if not isinstance(widths, tuple | list) or not widths:
        raise TypeError(f"widths must be a tuple of integers, one a block, {got(widths)}: use (8, 16)")
    widths = [integer("widths", width, 1) for width in widths]
    layers = [*_convolution(in_channels, widths[0], 3, 1, rng, dtype), ReLU()]
    before = widths[0]
    for number, width in enumerate(widths):
        layers += [_basic_block(before, width, 1 if number == 0 else 2, rng, dtype), ReLU()]
        before = width
    return Sequential(*layers, GlobalAvgPool2d(), Linear(before, num_classes, rng=rng, dtype=dtype))


def _basic_block(c_in, c_out, stride, rng, dtype):
    body = Sequential(
        *_convolution(c_in, c_out, 3, stride, rng, dtype), ReLU(), *_convolution(c_out, c_out, 3, 1, rng, dtype)
    )
    same_shape = c_in == c_out and stride == 1
    return Residual(body, None if same_shape else Sequential(*_convolution(c_in, c_out, 1, stride, rng, dtype)))


def _convolution(c_in, c_out, kernel, stride, rng, dtype):
    """A convolution that keeps the size but for the stride, and its batch normalisation, which makes a bias useless."""
    options = {"stride": stride, "padding": kernel // 2, "bias": False}
    return Conv2d(c_in, c_out, kernel, rng=rng, dtype=dtype, **options), BatchNorm(c_out, dtype=dtype)
