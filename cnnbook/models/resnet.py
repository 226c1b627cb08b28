"""ResNets for ImageNet, and their plain twins: He, Zhang, Ren and Sun, "Deep residual learning", 2015."""

from typing import NamedTuple

from torch import nn

from ._blocks import Network, check_options, conv_norm, global_classifier


class Depth(NamedTuple):
    """A column of Table 1."""

    block: str
    blocks: tuple  # in conv2_x, conv3_x, conv4_x, conv5_x


TABLE_1 = {
    "resnet10": Depth("basic", (1, 1, 1, 1)),  # not in the paper: the smallest of the kind
    "resnet18": Depth("basic", (2, 2, 2, 2)),
    "resnet34": Depth("basic", (3, 4, 6, 3)),
    "resnet50": Depth("bottleneck", (3, 4, 6, 3)),
    "resnet101": Depth("bottleneck", (3, 4, 23, 3)),
    "resnet152": Depth("bottleneck", (3, 8, 36, 3)),
    "plain18": Depth("plain", (2, 2, 2, 2)),  # figure 4, left
    "plain34": Depth("plain", (3, 4, 6, 3)),
}
CHANNELS = (64, 128, 256, 512)  # of the 3x3 convolutions, stage by stage
EXPANSION = {"plain": 1, "basic": 1, "bottleneck": 4}  # a block's output channels over those of its 3x3


class BasicBlock(nn.Module):
    """Two 3x3 convolutions, and around them a shortcut (figure 5, left). Without a shortcut it is a plain block."""

    def __init__(self, c_in, c_out, *, stride, shortcut):
        super().__init__()
        self.conv1 = conv_norm(c_in, c_out, 3, stride=stride)
        self.conv2 = conv_norm(c_out, c_out, 3, activation=None)
        self.shortcut = shortcut
        self.relu = nn.ReLU()

    def forward(self, x):
        residual = self.conv2(self.conv1(x))
        return self.relu(residual if self.shortcut is None else residual + self.shortcut(x))


class Bottleneck(nn.Module):
    """1x1 to a quarter of the channels, 3x3, 1x1 back, and a shortcut (figure 5, right).

    The paper strides in the first 1x1, which throws away three pixels of four unseen; today the 3x3 strides.
    """

    def __init__(self, c_in, c_out, *, stride, shortcut, stride_in_1x1=False):
        super().__init__()
        middle = c_out // EXPANSION["bottleneck"]
        first, second = (stride, 1) if stride_in_1x1 else (1, stride)
        self.conv1 = conv_norm(c_in, middle, 1, stride=first)
        self.conv2 = conv_norm(middle, middle, 3, stride=second)
        self.conv3 = conv_norm(middle, c_out, 1, activation=None)
        self.shortcut = shortcut
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.conv3(self.conv2(self.conv1(x))) + self.shortcut(x))


def resnet10(*, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet with one basic block a stage; options as in :func:`resnet18`."""
    return _resnet("resnet10", num_classes, in_channels)


def resnet18(*, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet with 18 layers that have weights: Table 1 of the paper.

    Parameters
    ----------
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 224 x 224 as published, any other size works.

    Examples
    --------
    >>> resnet18(num_classes=7).classifier.fc
    Linear(in_features=512, out_features=7, bias=True)
    """
    return _resnet("resnet18", num_classes, in_channels)


def resnet34(*, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet with 34 layers; options as in :func:`resnet18`."""
    return _resnet("resnet34", num_classes, in_channels)


def resnet50(*, stride_in_1x1: bool = False, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet with 50 layers, in bottleneck blocks.

    Parameters
    ----------
    stride_in_1x1 : bool
        Where a bottleneck that halves the size does so: True, in its first 1x1 as the paper has it; False, in its 3x3
        as everybody trains it, for 6 % more multiply-accumulates.
    num_classes, in_channels : int
        As in :func:`resnet18`.

    Examples
    --------
    >>> block = resnet50().features.conv3_x[0]
    >>> block.conv1.conv.stride, block.conv2.conv.stride
    ((1, 1), (2, 2))
    """
    return _resnet("resnet50", num_classes, in_channels, stride_in_1x1=stride_in_1x1)


def resnet101(*, stride_in_1x1: bool = False, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet with 101 layers; options as in :func:`resnet50`."""
    return _resnet("resnet101", num_classes, in_channels, stride_in_1x1=stride_in_1x1)


def resnet152(*, stride_in_1x1: bool = False, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet with 152 layers; options as in :func:`resnet50`."""
    return _resnet("resnet152", num_classes, in_channels, stride_in_1x1=stride_in_1x1)


def plain18(*, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet-18 without its shortcuts, batch norm kept; options as in :func:`resnet18`."""
    return _resnet("plain18", num_classes, in_channels)


def plain34(*, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """ResNet-34 without its shortcuts, batch norm kept; options as in :func:`resnet18`."""
    return _resnet("plain34", num_classes, in_channels)


def _resnet(name, num_classes, in_channels, **options):
    check_options(num_classes=num_classes, in_channels=in_channels, **options)
    row = TABLE_1[name]
    stages = {
        "conv1": conv_norm(in_channels, 64, 7, stride=2),  # at 224: 112 x 112
        "pool1": nn.MaxPool2d(3, stride=2, padding=1),  # 56 x 56
    }
    c_in = 64
    for number, (blocks, channels) in enumerate(zip(row.blocks, CHANNELS, strict=True), start=2):
        c_out = channels * EXPANSION[row.block]
        stages[f"conv{number}_x"] = nn.Sequential(
            _block(row.block, c_in, c_out, 1 if number == 2 else 2, options),  # 56, 28, 14, 7 pixels wide
            *(_block(row.block, c_out, c_out, 1, options) for _ in range(blocks - 1)),
        )
        c_in = c_out
    classifier = global_classifier(c_in, num_classes)
    return Network(name, stages, classifier, in_channels=in_channels, num_classes=num_classes)


def _block(kind, c_in, c_out, stride, options):
    if kind == "plain":
        return BasicBlock(c_in, c_out, stride=stride, shortcut=None)
    changes = stride != 1 or c_in != c_out
    # Option B of the paper: where the shape changes, the shortcut is a learned 1x1.
    shortcut = conv_norm(c_in, c_out, 1, stride=stride, activation=None) if changes else nn.Identity()
    block = BasicBlock if kind == "basic" else Bottleneck
    return block(c_in, c_out, stride=stride, shortcut=shortcut, **options)
