"""Network in Network: Lin, Chen and Yan, 2013. Each convolution is followed by two of 1x1: a small network a pixel.

The paper describes the CIFAR network; the widths for ImageNet are those that its authors published afterwards.
"""

from typing import NamedTuple

from torch import nn

from ._blocks import Network, check_options, conv_relu


class MlpConv(NamedTuple):
    """A convolution and two of 1x1 behind it: a small network at every pixel."""

    channels: tuple  # None stands for the number of classes
    kernel: int  # of the first convolution; the other two are 1x1
    stride: int
    padding: int
    pool: type | None  # 3x3, stride 2, then dropout


IMAGENET = (
    MlpConv((96, 96, 96), 11, 4, 0, nn.MaxPool2d),  # at 224: 54 x 54, pooled to 27 x 27
    MlpConv((256, 256, 256), 5, 1, 2, nn.MaxPool2d),  # pooled to 13 x 13
    MlpConv((384, 384, 384), 3, 1, 1, nn.MaxPool2d),  # pooled to 6 x 6
    MlpConv((1024, 1024, None), 3, 1, 1, None),
)
CIFAR = (
    MlpConv((192, 160, 96), 5, 1, 2, nn.MaxPool2d),  # at 32: pooled to 16 x 16
    MlpConv((192, 192, 192), 5, 1, 2, nn.AvgPool2d),  # pooled to 8 x 8
    MlpConv((192, 192, None), 3, 1, 1, None),
)


def nin(*, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """Network in Network for ImageNet.

    Parameters
    ----------
    dropout : float
        Probability with which a number is left out in training, after each block but the last (section 4).
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes): the averages of the last block's maps, one a class.
        224 x 224 as published, at least 39 x 39.

    Examples
    --------
    >>> nin(num_classes=7).features.mlpconv4[4].weight.shape
    torch.Size([7, 1024, 1, 1])
    """
    return _nin("nin", IMAGENET, dropout, num_classes, in_channels, minimum=39)


def nin_cifar(*, dropout: float = 0.5, num_classes: int = 10, in_channels: int = 3) -> Network:
    """Network in Network for CIFAR, figure 2 of the paper; options as in :func:`nin`."""
    return _nin("nin_cifar", CIFAR, dropout, num_classes, in_channels, minimum=4)


def _nin(name, table, dropout, num_classes, in_channels, minimum):
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    layers, c_in = {}, in_channels
    for number, row in enumerate(table, start=1):
        c1, c2, c3 = (num_classes if channels is None else channels for channels in row.channels)
        layers[f"mlpconv{number}"] = nn.Sequential(
            *conv_relu(c_in, c1, row.kernel, stride=row.stride, padding=row.padding),
            *conv_relu(c1, c2, 1),
            *conv_relu(c2, c3, 1),
        )
        if row.pool:
            layers[f"pool{number}"] = row.pool(3, stride=2, ceil_mode=True)
            layers[f"dropout{number}"] = nn.Dropout(dropout)
        c_in = c3
    classifier = {"pool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}  # no fully connected layer
    return Network(name, layers, classifier, in_channels=in_channels, num_classes=num_classes, minimum=minimum)
