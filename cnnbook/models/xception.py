"""Xception: Chollet, "Xception: deep learning with depthwise separable convolutions", 2016.

Where figure 5 leaves a detail open, the author's released code (Keras) decides.
"""

from typing import NamedTuple

from torch import nn

from ._blocks import MaxPoolSame, Network, check_options, global_classifier, stack
from .inception_v3 import conv_norm  # batch norm's eps is 1e-3 here too


class Block(NamedTuple):
    """A block of figure 5, with its shortcut."""

    name: str
    channels: tuple  # of its separable convolutions
    relu_first: bool  # ReLU before the first of them
    downsample: bool  # a 3x3 max pool with stride 2 at the end, a strided 1x1 in the shortcut


FIGURE_5 = (
    Block("entry1", (128, 128), False, True),  # at 299: 74 x 74
    Block("entry2", (256, 256), True, True),  # 37 x 37
    Block("entry3", (728, 728), True, True),  # 19 x 19
    *(Block(f"middle{number}", (728, 728, 728), True, False) for number in range(1, 9)),
    Block("exit1", (728, 1024), True, True),  # 10 x 10
)


class XceptionBlock(nn.Module):
    """Separable convolutions with ReLU before each, and a shortcut around them."""

    def __init__(self, c_in, row):
        super().__init__()
        layers, c_out = {}, row.channels[-1]
        self.shortcut = conv_norm(c_in, c_out, 1, stride=2, activation=None) if row.downsample else nn.Identity()
        for number, channels in enumerate(row.channels, start=1):
            if row.relu_first or number > 1:
                layers[f"relu{number}"] = nn.ReLU()
            layers[f"separable{number}"] = separable(c_in, channels)
            c_in = channels
        if row.downsample:
            layers["pool"] = MaxPoolSame()
        self.layers = stack(layers)

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


def separable(c_in, c_out):
    """3x3 in each channel, then 1x1 across channels, then batch norm; no activation in between (section 4.7)."""
    depthwise = nn.Conv2d(c_in, c_in, 3, padding=1, groups=c_in, bias=False)
    return stack({"depthwise": depthwise, "pointwise": conv_norm(c_in, c_out, 1, activation=None)})


def xception(*, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """Xception.

    Parameters
    ----------
    dropout : float
        Probability with which a number is left out before the last layer in training (section 4.3).
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 299 x 299 as published, at least 7 x 7.

    Examples
    --------
    >>> xception().features.middle1.layers.separable1.depthwise
    Conv2d(728, 728, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=728, bias=False)
    """
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    layers = {
        "conv1": conv_norm(in_channels, 32, 3, stride=2, padding=0),  # 149 x 149
        "conv2": conv_norm(32, 64, 3, padding=0),  # 147 x 147
    }
    c_in = 64
    for row in FIGURE_5:
        layers[row.name] = XceptionBlock(c_in, row)
        c_in = row.channels[-1]
    for number, channels in enumerate((1536, 2048), start=2):  # the exit flow ends in ReLUs after, not before
        layers[f"exit{number}"] = stack({"separable": separable(c_in, channels), "relu": nn.ReLU()})
        c_in = channels
    classifier = global_classifier(c_in, num_classes, dropout=dropout)
    return Network("xception", layers, classifier, in_channels=in_channels, num_classes=num_classes, minimum=7)
