"""Inception v3: Szegedy et al., "Rethinking the inception architecture for computer vision", 2015.

The paper's Table 1 leaves widths open. They are taken from the code that its authors released, as torchvision has it,
and so is the order of the branches: its published weights load.
"""

from functools import partial
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ._blocks import Branches, Network, check_options, conv_norm, global_classifier, initialise, stack

conv_norm = partial(conv_norm, eps=1e-3)
average = partial(nn.AvgPool2d, 3, stride=1, padding=1)  # counts the padding, as torchvision does
halve = partial(nn.MaxPool2d, 3, stride=2)
VALID = {"padding": 0}
HALVE = {"stride": 2, "padding": 0}


def split(channels):
    """3x3 as 1x3 beside 3x1 (figure 7)."""
    return {"1x3": [(channels, (1, 3))], "3x1": [(channels, (3, 1))]}


def module_a(pool):
    """Figure 5: 5x5 beside two 3x3."""
    return {
        "1x1": [(64, 1)],
        "5x5": [(48, 1), (64, 5)],
        "double3x3": [(64, 1), (96, 3), (96, 3)],
        "pool": [average, (pool, 1)],
    }


def module_b(width):
    """Figure 6: 7x7 as 1x7 and 7x1, once and twice."""
    return {
        "1x1": [(192, 1)],
        "7x7": [(width, 1), (width, (1, 7)), (192, (7, 1))],
        "double7x7": [(width, 1), (width, (7, 1)), (width, (1, 7)), (width, (7, 1)), (192, (1, 7))],
        "pool": [average, (192, 1)],
    }


# Figure 10: convolution and pooling side by side halve the size, so that nothing is squeezed.
REDUCTION_A = {
    "3x3": [(384, 3, HALVE)],
    "double3x3": [(64, 1), (96, 3), (96, 3, HALVE)],
    "pool": [halve],
}
REDUCTION_B = {
    "3x3": [(192, 1), (320, 3, HALVE)],
    "7x7": [(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, HALVE)],
    "pool": [halve],
}
MODULE_C = {
    "1x1": [(320, 1)],
    "3x3": [(384, 1), split(384)],
    "double3x3": [(448, 1), (384, 3), split(384)],
    "pool": [average, (192, 1)],
}
# Table 1, from its seventh row on; the names are torchvision's without "Mixed_".
TABLE_1 = {
    "5b": module_a(pool=32),  # at 299: 35 x 35 x 256
    "5c": module_a(pool=64),  # 35 x 35 x 288
    "5d": module_a(pool=64),
    "6a": REDUCTION_A,  # 17 x 17 x 768
    "6b": module_b(width=128),
    "6c": module_b(width=160),
    "6d": module_b(width=160),
    "6e": module_b(width=192),
    "7a": REDUCTION_B,  # 8 x 8 x 1280
    "7b": MODULE_C,  # 8 x 8 x 2048
    "7c": MODULE_C,
}
AUXILIARY_AFTER = "6e"


class InceptionV3Output(NamedTuple):
    """What the network returns in training: two sets of logits."""

    logits: torch.Tensor
    aux: torch.Tensor


def inception_v3(
    *, aux_logits: bool = True, transform_input: bool = False, dropout: float = 0.5, num_classes: int = 1000,
    in_channels: int = 3,
) -> Network:  # fmt: skip
    """Inception v3.

    Parameters
    ----------
    aux_logits : bool
        Build the auxiliary classifier. It runs in training only.
    transform_input : bool
        Take images normalised as for torchvision's other networks, and bring them to (pixel - 0.5) / 0.5, which its
        published weights were trained on. Three channels only.
    dropout : float
        Probability with which a number is left out before the last layer in training.
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); with an auxiliary classifier, in training, to an
        :class:`InceptionV3Output`. 299 x 299 as published, at least 75 x 75.

    Raises
    ------
    ValueError
        For `transform_input` with other than three channels.

    Examples
    --------
    >>> inception_v3(num_classes=7).eval()(torch.zeros(2, 3, 75, 80)).shape
    torch.Size([2, 7])
    """
    check_options(aux_logits=aux_logits, transform_input=transform_input, dropout=dropout)
    check_options(num_classes=num_classes, in_channels=in_channels)
    if transform_input and in_channels != 3:
        raise ValueError(f"transform_input is for red, green and blue: use in_channels 3, not {in_channels}")
    layers = inception_stem(in_channels) | {"pool2": halve()}  # 35 x 35 x 192
    c_in = 192
    for name, table in TABLE_1.items():
        layers[name] = Branches(c_in, table, conv_norm)
        c_in = layers[name].c_out
    auxiliary = _auxiliary(layers[AUXILIARY_AFTER].c_out, num_classes) if aux_logits else None
    classifier = global_classifier(c_in, num_classes, dropout=dropout)
    options = {"in_channels": in_channels, "num_classes": num_classes}
    return InceptionV3(layers, classifier, auxiliary, transform_input, **options)


def inception_stem(in_channels):
    """The first rows of Table 1: 299 x 299 to 71 x 71 x 192."""
    return {
        "conv1": conv_norm(in_channels, 32, 3, **HALVE),  # 149 x 149
        "conv2": conv_norm(32, 32, 3, **VALID),  # 147 x 147
        "conv3": conv_norm(32, 64, 3),
        "pool1": halve(),  # 73 x 73
        "conv4": conv_norm(64, 80, 1),
        "conv5": conv_norm(80, 192, 3, **VALID),  # 71 x 71
    }


class InceptionV3(Network):
    """The network, and in training its auxiliary classifier."""

    def __init__(self, features, classifier, auxiliary, transform_input, **options):
        super().__init__("inception_v3", features, classifier, minimum=75, **options)
        self.transform_input = transform_input
        self.auxiliary = auxiliary.apply(initialise) if auxiliary else None

    def forward(self, x):
        self.check(x)
        if self.transform_input:
            mean, std = x.new_tensor([0.485, 0.456, 0.406]), x.new_tensor([0.229, 0.224, 0.225])
            x = x * (std / 0.5)[:, None, None] + ((mean - 0.5) / 0.5)[:, None, None]
        aux = None
        for name, layer in self.features.named_children():
            x = layer(x)
            if name == AUXILIARY_AFTER and self.training and self.auxiliary is not None:
                aux = self.auxiliary(x)
        logits = self.classifier(x)
        return logits if aux is None else InceptionV3Output(logits, aux)


class AuxiliaryPool(nn.Module):
    """5x5 average pool, stride 3: 17 x 17 to 5 x 5. Of a smaller grid it makes 5 x 5 too: the next layer is a 5x5."""

    def forward(self, x):
        fits = x.shape[2] >= 17 and x.shape[3] >= 17
        return F.avg_pool2d(x, 5, stride=3) if fits else F.adaptive_avg_pool2d(x, 5)


def _auxiliary(c_in, num_classes):
    layers = {"pool": AuxiliaryPool(), "conv1": conv_norm(c_in, 128, 1), "conv2": conv_norm(128, 768, 5, **VALID)}
    return stack({**layers, "classifier": stack(global_classifier(768, num_classes))})
