"""GoogLeNet: Szegedy et al., "Going deeper with convolutions", 2014."""

from functools import partial
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ._blocks import Branches, Network, check_options, conv_relu, global_classifier, initialise, stack


class Inception(NamedTuple):
    """A module of Table 1: the channels of its convolutions. A 3x3 max pool, stride 2, is before 3a, 4a and 5a."""

    name: str
    n1x1: int
    n3x3_reduce: int
    n3x3: int
    n5x5_reduce: int
    n5x5: int
    pool_proj: int


TABLE_1 = (
    #               1x1  3x3r  3x3  5x5r  5x5  pool        at 224
    Inception("3a",  64,   96, 128,   16,  32,   32),  # 28 x 28 x 256
    Inception("3b", 128,  128, 192,   32,  96,   64),  # 28 x 28 x 480
    Inception("4a", 192,   96, 208,   16,  48,   64),  # 14 x 14 x 512
    Inception("4b", 160,  112, 224,   24,  64,   64),  # 14 x 14 x 512
    Inception("4c", 128,  128, 256,   24,  64,   64),  # 14 x 14 x 512
    Inception("4d", 112,  144, 288,   32,  64,   64),  # 14 x 14 x 528
    Inception("4e", 256,  160, 320,   32, 128,  128),  # 14 x 14 x 832
    Inception("5a", 256,  160, 320,   32, 128,  128),  # 7 x 7 x 832
    Inception("5b", 384,  192, 384,   48, 128,  128),  # 7 x 7 x 1024
)  # fmt: skip
AUXILIARY = {"aux1": "4a", "aux2": "4d"}  # section 5: which module each auxiliary classifier looks at


class GoogLeNetOutput(NamedTuple):
    """What the network returns in training: three sets of logits; the paper adds the auxiliary losses with 0.3."""

    logits: torch.Tensor
    aux1: torch.Tensor
    aux2: torch.Tensor


def googlenet(
    *, aux_logits: bool = True, dropout: float = 0.4, dropout_aux: float = 0.7, num_classes: int = 1000,
    in_channels: int = 3,
) -> Network:  # fmt: skip
    """GoogLeNet: true 5x5 convolutions, biases, local response norm, no batch norm.

    Parameters
    ----------
    aux_logits : bool
        Build the two auxiliary classifiers. They run in training only.
    dropout, dropout_aux : float
        Probability with which a number is left out in training: before the last layer of the network, and of each
        auxiliary classifier.
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); with auxiliary classifiers, in training, to a
        :class:`GoogLeNetOutput`. 224 x 224 as published, at least 31 x 31.

    Examples
    --------
    >>> output = googlenet(num_classes=7)(torch.zeros(2, 3, 64, 96))
    >>> output.logits.shape, output.aux1.shape
    (torch.Size([2, 7]), torch.Size([2, 7]))
    """
    check_options(aux_logits=aux_logits, dropout=dropout, dropout_aux=dropout_aux)
    check_options(num_classes=num_classes, in_channels=in_channels)
    layers = {
        "conv1": conv_relu(in_channels, 64, 7, stride=2),
        "pool1": _pool(),
        "norm1": _norm(),
        "conv2_reduce": conv_relu(64, 64, 1),
        "conv2": conv_relu(64, 192, 3),
        "norm2": _norm(),
    }
    c_in = 192
    for row in TABLE_1:
        if row.name in ("3a", "4a", "5a"):
            layers[f"pool{int(row.name[0]) - 1}"] = _pool()
        layers[row.name] = Branches(c_in, module(row), conv_relu)
        c_in = layers[row.name].c_out
    seen = AUXILIARY.items() if aux_logits else ()
    auxiliary = {name: _auxiliary(layers[after].c_out, num_classes, dropout_aux) for name, after in seen}
    classifier = global_classifier(c_in, num_classes, dropout=dropout)
    return GoogLeNet(layers, classifier, auxiliary, in_channels=in_channels, num_classes=num_classes)


def module(row):
    """Figure 2b: 1x1s reduce the channels before the 3x3, before the 5x5 and after the pool."""
    return {
        "1x1": [(row.n1x1, 1)],
        "3x3": [(row.n3x3_reduce, 1), (row.n3x3, 3)],
        "5x5": [(row.n5x5_reduce, 1), (row.n5x5, 5)],
        "pool": [partial(nn.MaxPool2d, 3, stride=1, padding=1), (row.pool_proj, 1)],
    }


class GoogLeNet(Network):
    """The network, and in training its auxiliary classifiers."""

    def __init__(self, features, classifier, auxiliary, **options):
        super().__init__("googlenet", features, classifier, minimum=31, **options)
        self.auxiliary = nn.ModuleDict(auxiliary).apply(initialise)

    def forward(self, x):
        if not (self.training and self.auxiliary):
            return super().forward(x)
        self.check(x)
        seen = {}
        for name, layer in self.features.named_children():
            x = seen[name] = layer(x)
        extra = {name: head(seen[AUXILIARY[name]]) for name, head in self.auxiliary.items()}
        return GoogLeNetOutput(self.classifier(x), **extra)


class AuxiliaryPool(nn.Module):
    """5x5 average pool, stride 3: 14 x 14 to 4 x 4. Of any other grid it makes 4 x 4 too: the layers after it fit."""

    def forward(self, x):
        published = x.shape[2:] == (14, 14)
        return F.avg_pool2d(x, 5, stride=3) if published else F.adaptive_avg_pool2d(x, 4)


def _auxiliary(c_in, num_classes, dropout):
    return stack(
        {
            "pool": AuxiliaryPool(),
            "conv": conv_relu(c_in, 128, 1),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(128 * 4 * 4, 1024), "relu": nn.ReLU(), "dropout": nn.Dropout(dropout),
            "fc2": nn.Linear(1024, num_classes),
        }
    )  # fmt: skip


def _pool():
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)


def _norm():
    return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)
