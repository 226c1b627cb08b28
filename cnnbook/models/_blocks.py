"""What several networks share: the frame, the two usual convolution blocks, branches, the usual classifier.

Batch norm keeps PyTorch's momentum of 0.1 in every network. The papers do not give one; the code that some of their
authors released averages over thousands of steps, longer than a lab of this book trains.
"""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import flag, integer, number


class Network(nn.Module):
    """Features, then a classifier: from images (N, in_channels, H, W) to logits (N, num_classes).

    Parameters
    ----------
    name : str
        What the network is called in errors.
    features, classifier : dict of str to nn.Module
        The layers up to the last feature map; the layers from there on, pooling included.
    in_channels, num_classes : int
        Channels of the image, and outputs.
    minimum : int
        Least height and width, in pixels, that leave something to look at in every layer.
    """

    def __init__(self, name, features, classifier, *, in_channels, num_classes, minimum=1):
        super().__init__()
        self.name, self.in_channels, self.num_classes, self.minimum = name, in_channels, num_classes, minimum
        self.features, self.classifier = stack(features), stack(classifier)
        self.apply(initialise)

    def check(self, x):
        """Refuse what would fail later, or come out wrong: other channels, no batch axis, too few pixels."""
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            needs = f"(N, {self.in_channels}, H, W)"
            raise ValueError(f"input of shape {tuple(x.shape)} does not fit {self.name}: it needs {needs}")
        H, W = x.shape[2:]
        if min(H, W) < self.minimum:
            least = f"{self.minimum}x{self.minimum}"
            raise ValueError(f"input {H}x{W} is too small for {self.name}: it needs at least {least}")

    def forward(self, x):
        self.check(x)
        return self.classifier(self.features(x))


def check_options(**options):
    """Refuse what no network can be built with, by its name, before a layer deep inside fails on it.

    `num_classes` and `in_channels` are counts, `dropout` and the like probabilities, all others flags.

    >>> check_options(num_classes=10, in_channels=0, batch_norm=True)
    Traceback (most recent call last):
    ValueError: in_channels 0 is too small: use in_channels >= 1
    """
    for name, value in options.items():
        if name in ("num_classes", "in_channels"):
            integer(name, value, 1)
        elif name.startswith("dropout"):
            number(name, value, 0, 1)
        else:
            flag(name, value)


class Branches(nn.ModuleDict):
    """Run each branch on the same input; concatenate their channels in the order of the table.

    Parameters
    ----------
    c_in : int
    table : dict
        From the name of a branch to its layers, one after the other. A layer is a convolution, ``(channels, kernel)``
        or ``(channels, kernel, options)``; a table, where the branch forks; or a function that makes a layer which
        leaves the channels as they are, such as a pool.
    conv : function
        Makes a convolution from c_in, channels, kernel and options.

    Examples
    --------
    >>> module = Branches(8, {"1x1": [(4, 1)], "5x5": [(2, 1), (3, 5)], "pool": [nn.Identity]}, conv_relu)
    >>> module.c_out, module(torch.zeros(1, 8, 5, 7)).shape                   # 4 + 3 + 8 channels
    (15, torch.Size([1, 15, 5, 7]))
    """

    def __init__(self, c_in, table, conv):
        super().__init__()
        self.c_out = 0
        for name, layers in table.items():
            built, channels = [], c_in
            for layer in layers:
                if isinstance(layer, dict):
                    built.append(Branches(channels, layer, conv))
                    channels = built[-1].c_out
                elif callable(layer):
                    built.append(layer())
                else:
                    built.append(conv(channels, *layer[:2], **dict(*layer[2:])))
                    channels = layer[0]
            self[name] = nn.Sequential(*built)
            self.c_out += channels

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.values()], dim=1)


class MaxPoolSame(nn.Module):
    """3x3 max pool, stride 2, 'same' padding as TensorFlow has it: ceil(size / 2), an extra pixel goes after.

    On an even size this is a window that hangs over the end, on an odd size one pixel of padding at both ends.
    """

    def forward(self, x):
        H, W = x.shape[2:]
        return F.max_pool2d(x, 3, stride=2, padding=(H % 2, W % 2), ceil_mode=True)


def stack(layers):
    """The layers of a dict, one after the other; the keys become their names."""
    return nn.Sequential(OrderedDict(layers))


def conv_relu(c_in, c_out, kernel, *, stride=1, padding=None, groups=1):
    """Convolution with bias, then ReLU; padding as in :func:`conv_norm`."""
    padding = half(kernel) if padding is None else padding
    return stack({"conv": nn.Conv2d(c_in, c_out, kernel, stride, padding, groups=groups), "relu": nn.ReLU()})


def conv_norm(c_in, c_out, kernel, *, stride=1, padding=None, groups=1, eps=1e-5, activation=nn.ReLU):
    """Convolution without bias (the norm's shift would undo it), batch norm, activation.

    Without `padding` it is half the kernel, which keeps the size at stride 1. `activation` None leaves it out.
    """
    padding = half(kernel) if padding is None else padding
    layers = {
        "conv": nn.Conv2d(c_in, c_out, kernel, stride, padding, groups=groups, bias=False),
        "norm": nn.BatchNorm2d(c_out, eps=eps),
    }
    return stack(layers if activation is None else {**layers, "act": activation()})


def half(kernel):
    """Padding that keeps the size at stride 1, for odd kernels.

    >>> half(3), half((1, 7))
    (1, (0, 3))
    """
    return kernel // 2 if isinstance(kernel, int) else tuple(k // 2 for k in kernel)


def global_classifier(channels, num_classes, *, dropout=0.0):
    """Layers of a classifier: global average pooling, which takes maps of any size, dropout, one linear layer."""
    layers = {"pool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    if dropout:
        layers["dropout"] = nn.Dropout(dropout)
    return {**layers, "fc": nn.Linear(channels, num_classes)}


def initialise(module):
    """He et al. 2015, eq. 10: weights N(0, 2 / fan-in), which keeps the scale of the signal through ReLU; biases 0."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
