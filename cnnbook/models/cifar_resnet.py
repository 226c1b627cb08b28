"""ResNets for CIFAR, and their plain twins: He, Zhang, Ren and Sun, "Deep residual learning", 2015, section 4.2."""

from collections.abc import Callable

from torch import nn
from torch.nn import functional as F

from .._validate import integer
from ._blocks import Network, check_options, conv_norm, global_classifier
from .resnet import BasicBlock

# The table of section 4.2: 6n + 2 layers, n blocks in each stage
DEPTHS = {20: 3, 32: 5, 44: 7, 56: 9, 110: 18}
CHANNELS = (16, 32, 64)  # on 32, 16 and 8 pixels


class PadShortcut(nn.Module):
    """Option A: no parameters. Every second pixel, and channels of zeros, half before and half after.

    The paper does not say where the zeros go; any place gives the same functions, with the channels renumbered.
    """

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        missing = c_out - c_in
        self.stride, self.before, self.after = stride, missing // 2, missing - missing // 2

    def forward(self, x):
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.before, self.after))


def cifar_network(depth, *, residual, width=CHANNELS[0], num_classes=10, in_channels=3):
    """A network of the table, of any depth 6n + 2 and any width: the channels of its first stage.

    >>> len(cifar_network(14, residual=True, width=4).features.stage1), cifar_network(8, residual=False).name
    (2, 'cifar_plain8')
    """
    check_options(num_classes=num_classes, in_channels=in_channels)
    n, rest = divmod(integer("depth", depth, 8) - 2, 6)
    if rest:
        raise ValueError(f"depth {depth} is not 6n + 2: use one such as {6 * n + 2} or {6 * n + 8}")
    c_in = integer("width", width, 1)
    layers = {"conv1": conv_norm(in_channels, c_in, 3)}
    for number, channels in enumerate((c_in, 2 * c_in, 4 * c_in), start=1):
        blocks = []
        for block in range(n):
            stride = 2 if number > 1 and block == 0 else 1
            shortcut = nn.Identity() if stride == 1 else PadShortcut(c_in, channels, stride)
            blocks.append(BasicBlock(c_in, channels, stride=stride, shortcut=shortcut if residual else None))
            c_in = channels
        layers[f"stage{number}"] = nn.Sequential(*blocks)
    classifier = global_classifier(c_in, num_classes)
    name = f"cifar_{'resnet' if residual else 'plain'}{depth}"
    return Network(name, layers, classifier, in_channels=in_channels, num_classes=num_classes)


def _factory(depth: int, *, residual: bool) -> Callable[..., Network]:
    name = f"cifar_{'resnet' if residual else 'plain'}{depth}"

    def factory(*, num_classes: int = 10, in_channels: int = 3) -> Network:
        return cifar_network(depth, residual=residual, num_classes=num_classes, in_channels=in_channels)

    factory.__name__ = factory.__qualname__ = name
    factory.__doc__ = f"""{"ResNet" if residual else "The plain network"} with {depth} layers for CIFAR.

    Parameters
    ----------
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 32 x 32 as published, any other size works.

    Examples
    --------
    >>> [len(stage) for stage in {name}().features[1:]]
    [{", ".join([str(DEPTHS[depth])] * 3)}]
    """
    return factory


cifar_resnet20, cifar_plain20 = _factory(20, residual=True), _factory(20, residual=False)
cifar_resnet32, cifar_plain32 = _factory(32, residual=True), _factory(32, residual=False)
cifar_resnet44, cifar_plain44 = _factory(44, residual=True), _factory(44, residual=False)
cifar_resnet56, cifar_plain56 = _factory(56, residual=True), _factory(56, residual=False)
cifar_resnet110, cifar_plain110 = _factory(110, residual=True), _factory(110, residual=False)
