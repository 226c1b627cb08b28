"""Inception v2, or BN-Inception: Ioffe and Szegedy, "Batch normalization", 2015, its appendix."""

from functools import partial
from typing import NamedTuple

from torch import nn

from ._blocks import Branches, MaxPoolSame, Network, check_options, conv_norm, global_classifier


class Inception(NamedTuple):
    """A module of figure 5 of the appendix: the channels of its convolutions."""

    name: str
    n1x1: int  # 0: no such branch, and the others have stride 2
    n3x3_reduce: int
    n3x3: int
    double_reduce: int  # of the branch with two 3x3, which stand for the 5x5
    double_3x3: int
    pool: str  # "avg", "max"
    pool_proj: int  # 0: the pool passes its input through, with stride 2


FIGURE_5 = (
    #               1x1 3x3r  3x3 dblr  dbl   pool proj        at 224
    Inception("3a",  64,  64,  64,  64,  96, "avg",  32),  # 28 x 28 x 256
    Inception("3b",  64,  64,  96,  64,  96, "avg",  64),  # 28 x 28 x 320
    Inception("3c",   0, 128, 160,  64,  96, "max",   0),  # 14 x 14 x 576
    Inception("4a", 224,  64,  96,  96, 128, "avg", 128),  # 14 x 14 x 576
    Inception("4b", 192,  96, 128,  96, 128, "avg", 128),  # 14 x 14 x 576
    Inception("4c", 160, 128, 160, 128, 160, "avg",  96),  # 14 x 14 x 576
    Inception("4d",  96, 128, 192, 160, 192, "avg",  96),  # 14 x 14 x 576
    Inception("4e",   0, 128, 192, 192, 256, "max",   0),  # 7 x 7 x 1024
    Inception("5a", 352, 192, 320, 160, 224, "avg", 128),  # 7 x 7 x 1024
    Inception("5b", 352, 192, 320, 192, 224, "max", 128),  # 7 x 7 x 1024
)  # fmt: skip
HALVE = {"stride": 2}


def inception_v2(*, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """Inception v2, the network that batch norm was introduced with.

    Parameters
    ----------
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 224 x 224 as published, at least 7 x 7.

    Examples
    --------
    >>> list(inception_v2().features.get_submodule("3c"))                     # stride 2: no 1x1 branch
    ['3x3', 'double3x3', 'pool']
    """
    check_options(num_classes=num_classes, in_channels=in_channels)
    layers = {
        # Plain, as the rest: the paper makes this one separable with a multiplier of 8 to save time.
        "conv1": conv_norm(in_channels, 64, 7, stride=2),
        "pool1": nn.MaxPool2d(3, stride=2, ceil_mode=True),
        "conv2_reduce": conv_norm(64, 64, 1),
        "conv2": conv_norm(64, 192, 3),
        "pool2": nn.MaxPool2d(3, stride=2, ceil_mode=True),
    }
    c_in = 192
    for row in FIGURE_5:
        layers[row.name] = Branches(c_in, module(row), conv_norm)
        c_in = layers[row.name].c_out
    classifier = global_classifier(c_in, num_classes)
    return Network("inception_v2", layers, classifier, in_channels=in_channels, num_classes=num_classes, minimum=7)


def module(row):
    """Branches side by side; without a 1x1 they halve the size, and the pool passes its channels through."""
    double = [(row.double_reduce, 1), (row.double_3x3, 3)]
    if row.n1x1 == 0:
        return {
            "3x3": [(row.n3x3_reduce, 1), (row.n3x3, 3, HALVE)],
            "double3x3": [*double, (row.double_3x3, 3, HALVE)],
            "pool": [MaxPoolSame],  # fits beside the convolutions on odd sizes too
        }
    pool = nn.AvgPool2d if row.pool == "avg" else nn.MaxPool2d
    return {
        "1x1": [(row.n1x1, 1)],
        "3x3": [(row.n3x3_reduce, 1), (row.n3x3, 3)],
        "double3x3": [*double, (row.double_3x3, 3)],
        "pool": [partial(pool, 3, stride=1, padding=1), (row.pool_proj, 1)],
    }
