"""AlexNet: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.

The paper draws an input of 224 pixels; 224 - 11 is no multiple of 4, and its 55 x 55 come out at 227.
"""

from typing import Literal, NamedTuple

from torch import nn

from ._blocks import Network, check_options, conv_relu


class Layer(NamedTuple):
    """A convolution of section 3.5 and figure 2, and what follows it."""

    name: str
    channels: int
    kernel: int
    stride: int
    padding: int
    split: bool  # each GPU's half sees only that GPU's half of the layer below
    bias: int  # initial value (section 5: ones feed the early ReLUs positive inputs)
    normalise: bool
    pool: bool


LAYERS = (
    #              out kernel stride pad split bias normalise pool       at 227
    Layer("conv1",  96,   11,     4,  0, False,  0,     True,  True),  # 55 x 55, pooled to 27 x 27
    Layer("conv2", 256,    5,     1,  2,  True,  1,     True,  True),  # 27 x 27, pooled to 13 x 13
    Layer("conv3", 384,    3,     1,  1, False,  0,    False, False),  # 13 x 13
    Layer("conv4", 384,    3,     1,  1,  True,  1,    False, False),  # 13 x 13
    Layer("conv5", 256,    3,     1,  1,  True,  1,    False,  True),  # 13 x 13, pooled to 6 x 6: 9216 numbers
)  # fmt: skip
HIDDEN = 4096


def alexnet(
    *, groups: Literal[1, 2] = 1, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3
) -> Network:
    """AlexNet, in one tower or split in two as published.

    Parameters
    ----------
    groups : int
        1: one tower, as it is taught. 2: as published, where conv2, conv4 and conv5 see only the half of the channels
        that is on their own GPU.
    dropout : float
        Probability with which a number of the two hidden fully connected layers is left out in training.
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 227 x 227 as published, at least 67 x 67.

    Raises
    ------
    ValueError
        For other groups.

    Examples
    --------
    >>> sum(p.numel() for p in alexnet(groups=2).features.conv1.parameters())   # 96 filters of 11 x 11 x 3, biases
    34944
    """
    check_options(dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    if isinstance(groups, bool | float) or groups not in (1, 2):
        raise ValueError(f"groups {groups!r} is not an AlexNet: use 1 for one tower or 2 for the published split")
    layers, c_in = {}, in_channels
    for row in LAYERS:
        split = groups if row.split else 1
        shape = {"stride": row.stride, "padding": row.padding, "groups": split}
        layers[row.name] = conv_relu(c_in, row.channels, row.kernel, **shape)
        if row.normalise:  # PyTorch divides alpha by the size 5: this is the paper's 1e-4 over the plain sum
            layers[row.name.replace("conv", "norm")] = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
        if row.pool:
            layers[row.name.replace("conv", "pool")] = nn.MaxPool2d(3, stride=2)
        c_in = row.channels
    classifier = {
        "pool": nn.AdaptiveAvgPool2d(6),  # changes nothing at 227; lets other sizes in
        "flatten": nn.Flatten(),  # (N, 256, 6, 6) -> (N, 9216)
        "fc6": nn.Linear(c_in * 6 * 6, HIDDEN), "relu6": nn.ReLU(), "dropout6": nn.Dropout(dropout),
        "fc7": nn.Linear(HIDDEN, HIDDEN), "relu7": nn.ReLU(), "dropout7": nn.Dropout(dropout),
        "fc8": nn.Linear(HIDDEN, num_classes),
    }  # fmt: skip
    network = Network("alexnet", layers, classifier, in_channels=in_channels, num_classes=num_classes, minimum=67)
    _initialise(network)
    return network


def _initialise(network):
    """Section 5: weights N(0, 0.01^2); biases 1 in conv2, conv4, conv5 and the hidden linear layers, 0 elsewhere."""
    biases = {row.name: row.bias for row in LAYERS} | {"fc6": 1, "fc7": 1, "fc8": 0}
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.constant_(module.bias, biases[name.split(".")[1]])
