"""Inception-ResNet v1 and v2: Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact of
residual connections on learning", 2016.

v1 is the paper's, figures 10 to 15. v2 is the network that its authors released: its stem and widths differ from the
paper's figures 16 to 19.
"""

from typing import NamedTuple

from torch import nn

from ._blocks import Branches, Network, check_options, global_classifier
from .inception_v3 import HALVE, conv_norm, halve, inception_stem
from .inception_v4 import average, reduction_a


class Stage(NamedTuple):
    """Equal blocks, one after the other."""

    blocks: int
    scale: float  # of the residual before it is added: 0.1 to 0.3 keep wide networks stable (section 3.3)
    branches: dict


def reduction_b(middle, double, last):
    """Figures 12 and 18: 17 x 17 to 8 x 8."""
    return {
        "3x3": [(256, 1), (384, 3, HALVE)],
        "3x3_narrow": [(256, 1), (middle, 3, HALVE)],
        "double3x3": [(256, 1), (double, 3), (last, 3, HALVE)],
        "pool": [halve],
    }


# Figures 10, 11, 13 and 15; the stem is that of figure 14.
V1 = {
    "stem6": {"3x3": [(256, 3, HALVE)]},  # at 299: 35 x 35 x 256
    "A": Stage(5, 0.17, {"1x1": [(32, 1)], "3x3": [(32, 1), (32, 3)], "double3x3": [(32, 1), (32, 3), (32, 3)]}),
    "reduction_a": reduction_a(k=192, l=192, m=256, n=384),  # 17 x 17 x 896; Table 1
    "B": Stage(10, 0.10, {"1x1": [(128, 1)], "7x7": [(128, 1), (128, (1, 7)), (128, (7, 1))]}),
    "reduction_b": reduction_b(256, 256, 256),  # 8 x 8 x 1792
    "C": Stage(5, 0.20, {"1x1": [(192, 1)], "3x3": [(192, 1), (192, (1, 3)), (192, (3, 1))]}),
}
# The released code
V2 = {
    "stem6": {"pool": [halve]},  # at 299: 35 x 35 x 192
    "mixed": {
        "1x1": [(96, 1)],
        "5x5": [(48, 1), (64, 5)],
        "double3x3": [(64, 1), (96, 3), (96, 3)],
        "pool": [average, (64, 1)],
    },  # 35 x 35 x 320
    "A": Stage(10, 0.17, {"1x1": [(32, 1)], "3x3": [(32, 1), (32, 3)], "double3x3": [(32, 1), (48, 3), (64, 3)]}),
    "reduction_a": reduction_a(k=256, l=256, m=384, n=384),  # 17 x 17 x 1088
    "B": Stage(20, 0.10, {"1x1": [(192, 1)], "7x7": [(128, 1), (160, (1, 7)), (192, (7, 1))]}),
    "reduction_b": reduction_b(288, 288, 320),  # 8 x 8 x 2080
    "C": Stage(10, 0.20, {"1x1": [(192, 1)], "3x3": [(192, 1), (224, (1, 3)), (256, (3, 1))]}),
}


class ResidualInception(nn.Module):
    """Branches, a linear 1x1 back to the width of the input, scaled and added; then ReLU."""

    def __init__(self, channels, table, scale):
        super().__init__()
        self.scale = scale
        self.branches = Branches(channels, table, conv_norm)
        self.expand = nn.Conv2d(self.branches.c_out, channels, 1)  # bias, no batch norm
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(x + self.scale * self.expand(self.branches(x)))


def inception_resnet_v1(*, dropout: float = 0.2, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """Inception-ResNet v1, about as expensive as Inception v3.

    Parameters
    ----------
    dropout : float
        Probability with which a number is left out before the last layer in training. The paper says "keep 0.8".
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 299 x 299 as published, at least 75 x 75.

    Examples
    --------
    >>> inception_resnet_v1().features.A1.expand
    Conv2d(96, 256, kernel_size=(1, 1), stride=(1, 1))
    """
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    layers, channels = _layers(V1, in_channels)
    return _network("inception_resnet_v1", layers, channels, dropout, num_classes, in_channels)


def inception_resnet_v2(*, dropout: float = 0.2, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """Inception-ResNet v2, about as expensive as Inception v4; options as in :func:`inception_resnet_v1`.

    As released: the last block adds its residual unscaled and without ReLU, and a 1x1 to 1536 channels ends the
    features.
    """
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    layers, channels = _layers(V2, in_channels)
    layers["C10"].scale, layers["C10"].relu = 1.0, nn.Identity()
    layers["conv7"] = conv_norm(channels, 1536, 1)
    return _network("inception_resnet_v2", layers, 1536, dropout, num_classes, in_channels)


def _layers(table, in_channels):
    layers, channels = inception_stem(in_channels), 192
    for name, row in table.items():
        if isinstance(row, Stage):
            for number in range(1, row.blocks + 1):
                layers[f"{name}{number}"] = ResidualInception(channels, row.branches, row.scale)
        else:
            layers[name] = Branches(channels, row, conv_norm)
            channels = layers[name].c_out
    return layers, channels


def _network(name, layers, channels, dropout, num_classes, in_channels):
    classifier = global_classifier(channels, num_classes, dropout=dropout)
    return Network(name, layers, classifier, in_channels=in_channels, num_classes=num_classes, minimum=75)
