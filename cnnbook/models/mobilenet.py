"""MobileNet v1: Howard et al., "MobileNets", 2017. v2: Sandler et al., "MobileNetV2: inverted residuals", 2018."""

from numbers import Real
from typing import NamedTuple

from torch import nn

from ._blocks import Network, check_options, conv_norm, global_classifier, stack


class Separable(NamedTuple):
    """A depthwise and a pointwise convolution; v1 has thirteen after a 3x3 to 32 channels with stride 2."""

    channels: int
    stride: int


V1_TABLE_1 = (
    Separable(64, 1),  # at 224: 112 x 112
    Separable(128, 2), Separable(128, 1),  # 56 x 56
    Separable(256, 2), Separable(256, 1),  # 28 x 28
    Separable(512, 2), *[Separable(512, 1)] * 5,  # 14 x 14
    # 7 x 7. The table prints a stride of 2 in the last depthwise layer too; the sizes beside it say 1.
    Separable(1024, 2), Separable(1024, 1),
)  # fmt: skip


class Bottlenecks(NamedTuple):
    """A row of Table 2 of v2, after a 3x3 to 32 channels with stride 2, and before a 1x1 to 1280."""

    expansion: int  # t
    channels: int  # c
    repeats: int  # n
    stride: int  # s, of the first block; the others have 1


V2_TABLE_2 = (
    #           t    c  n  s        at 224
    Bottlenecks(1,  16, 1, 1),  # 112 x 112
    Bottlenecks(6,  24, 2, 2),  # 56 x 56
    Bottlenecks(6,  32, 3, 2),  # 28 x 28
    Bottlenecks(6,  64, 4, 2),  # 14 x 14
    Bottlenecks(6,  96, 3, 1),  # 14 x 14
    Bottlenecks(6, 160, 3, 2),  # 7 x 7
    Bottlenecks(6, 320, 1, 1),  # 7 x 7
)  # fmt: skip


class InvertedResidual(nn.Module):
    """1x1 to expand, 3x3 in each channel, linear 1x1 to project; a shortcut where the shape stays (v2, figure 4d)."""

    def __init__(self, c_in, c_out, *, stride, expansion):
        super().__init__()
        wide = c_in * expansion
        layers = {"expand": conv_norm(c_in, wide, 1, activation=nn.ReLU6)} if expansion != 1 else {}
        layers["depthwise"] = conv_norm(wide, wide, 3, stride=stride, groups=wide, activation=nn.ReLU6)
        layers["project"] = conv_norm(wide, c_out, 1, activation=None)
        self.layers = stack(layers)
        self.shortcut = stride == 1 and c_in == c_out

    def forward(self, x):
        return x + self.layers(x) if self.shortcut else self.layers(x)


def mobilenet_v1(*, width: float = 1.0, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """MobileNet v1: depthwise separable convolutions all the way.

    Parameters
    ----------
    width : float
        The paper's alpha: multiplies the channels of every layer, rounded down, but not below 8.
    num_classes, in_channels : int
        Outputs, and channels of the input image. The paper's other knob, rho, is the size of that image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 224 x 224 as published, any other size works.

    Raises
    ------
    ValueError
        For a width that is not positive.

    Examples
    --------
    >>> mobilenet_v1(width=0.5).features.separable1.pointwise.conv
    Conv2d(16, 32, kernel_size=(1, 1), stride=(1, 1), bias=False)
    """
    _check_width(width)
    check_options(num_classes=num_classes, in_channels=in_channels)
    c_in = max(8, int(32 * width))
    layers = {"conv1": conv_norm(in_channels, c_in, 3, stride=2)}
    for number, row in enumerate(V1_TABLE_1, start=1):
        c_out = max(8, int(row.channels * width))
        depthwise = conv_norm(c_in, c_in, 3, stride=row.stride, groups=c_in)
        layers[f"separable{number}"] = stack({"depthwise": depthwise, "pointwise": conv_norm(c_in, c_out, 1)})
        c_in = c_out
    classifier = global_classifier(c_in, num_classes)
    return Network("mobilenet_v1", layers, classifier, in_channels=in_channels, num_classes=num_classes)


def mobilenet_v2(*, width: float = 1.0, dropout: float = 0.2, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """MobileNet v2: inverted residuals with linear bottlenecks.

    Parameters
    ----------
    width : float
        Multiplies the channels of every layer, rounded to multiples of 8; the last 1x1 is not made narrower than 1280.
    dropout : float
        Probability with which a number is left out before the last layer in training. Not in the paper; as in the code
        that its authors released.
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 224 x 224 as published, any other size works.

    Raises
    ------
    ValueError
        For a width that is not positive.

    Examples
    --------
    >>> mobilenet_v2(width=0.75).features.conv1.conv.out_channels             # 32 x 0.75
    24
    """
    _check_width(width)
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    c_in = multiple_of_8(32 * width)
    layers = {"conv1": conv_norm(in_channels, c_in, 3, stride=2, activation=nn.ReLU6)}
    for row in V2_TABLE_2:
        c_out = multiple_of_8(row.channels * width)
        for repeat in range(row.repeats):
            stride = row.stride if repeat == 0 else 1
            layers[f"block{len(layers)}"] = InvertedResidual(c_in, c_out, stride=stride, expansion=row.expansion)
            c_in = c_out
    last = multiple_of_8(1280 * max(1.0, width))
    layers["conv2"] = conv_norm(c_in, last, 1, activation=nn.ReLU6)
    classifier = global_classifier(last, num_classes, dropout=dropout)
    return Network("mobilenet_v2", layers, classifier, in_channels=in_channels, num_classes=num_classes)


def multiple_of_8(channels):
    """The nearest multiple of 8, at least 8, and not more than a tenth below `channels`.

    >>> multiple_of_8(24 * 0.75), multiple_of_8(3)              # 18 would become 16, a loss of more than a tenth
    (24, 8)
    """
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _check_width(width):
    if isinstance(width, bool) or not isinstance(width, Real) or not 0 < width < float("inf"):
        raise ValueError(f"width {width!r} is no multiplier: use a positive number, such as 0.5")
