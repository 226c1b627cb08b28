"""Inception v4: Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact of residual
connections on learning", 2016. It has no residual connections; the networks of `inception_resnet.py` have.

The order of the branches and the batch norm's eps are those of the code that the authors released.
"""

from functools import partial

from torch import nn

from ._blocks import Branches, Network, check_options, global_classifier
from .inception_v3 import HALVE, VALID, conv_norm, halve, split

average = partial(nn.AvgPool2d, 3, stride=1, padding=1, count_include_pad=False)  # averages over real pixels only


def reduction_a(k, l, m, n):
    """Figure 7: 35 x 35 to 17 x 17; Table 1 gives k, l, m, n for each network."""
    return {
        "3x3": [(n, 3, HALVE)],
        "double3x3": [(k, 1), (l, 3), (m, 3, HALVE)],
        "pool": [halve],
    }


# Figure 3: the stem forks three times
STEM = {
    "mixed1": {"pool": [halve], "3x3": [(96, 3, HALVE)]},  # 73 x 73 x 160
    "mixed2": {
        "3x3": [(64, 1), (96, 3, VALID)],
        "7x7": [(64, 1), (64, (1, 7)), (64, (7, 1)), (96, 3, VALID)],
    },  # 71 x 71 x 192
    "mixed3": {"3x3": [(192, 3, HALVE)], "pool": [halve]},  # 35 x 35 x 384
}
# Figure 4, on 35 x 35
MODULE_A = {
    "1x1": [(96, 1)],
    "3x3": [(64, 1), (96, 3)],
    "double3x3": [(64, 1), (96, 3), (96, 3)],
    "pool": [average, (96, 1)],
}
# Figure 5, on 17 x 17
MODULE_B = {
    "1x1": [(384, 1)],
    "7x7": [(192, 1), (224, (1, 7)), (256, (7, 1))],
    "double7x7": [(192, 1), (192, (7, 1)), (224, (1, 7)), (224, (7, 1)), (256, (1, 7))],
    "pool": [average, (128, 1)],
}
# Figure 8: 17 x 17 to 8 x 8
REDUCTION_B = {
    "3x3": [(192, 1), (192, 3, HALVE)],
    "7x7": [(256, 1), (256, (1, 7)), (320, (7, 1)), (320, 3, HALVE)],
    "pool": [halve],
}
# Figure 6, on 8 x 8
MODULE_C = {
    "1x1": [(256, 1)],
    "3x3": [(384, 1), split(256)],
    "double3x3": [(384, 1), (448, (3, 1)), (512, (1, 3)), split(256)],
    "pool": [average, (256, 1)],
}
# Figure 9
FIGURE_9 = {
    **STEM,
    **{f"A{number}": MODULE_A for number in range(1, 5)},  # 35 x 35 x 384
    "reduction_a": reduction_a(k=192, l=224, m=256, n=384),
    **{f"B{number}": MODULE_B for number in range(1, 8)},  # 17 x 17 x 1024
    "reduction_b": REDUCTION_B,
    **{f"C{number}": MODULE_C for number in range(1, 4)},  # 8 x 8 x 1536
}


def inception_v4(*, dropout: float = 0.2, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """Inception v4.

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
    >>> len(inception_v4().features)                                 # six of the stem, 4 + 1 + 7 + 1 + 3 modules
    22
    """
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    layers = {
        "conv1": conv_norm(in_channels, 32, 3, **HALVE),  # 149 x 149
        "conv2": conv_norm(32, 32, 3, **VALID),  # 147 x 147
        "conv3": conv_norm(32, 64, 3),
    }
    c_in = 64
    for name, table in FIGURE_9.items():
        layers[name] = Branches(c_in, table, conv_norm)
        c_in = layers[name].c_out
    classifier = global_classifier(c_in, num_classes, dropout=dropout)
    return Network("inception_v4", layers, classifier, in_channels=in_channels, num_classes=num_classes, minimum=75)
