"""VGG: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014."""

from torch import nn

from ._blocks import Network, check_options, stack

# Table 1: convolutions of 3x3 in each stage, columns A, B, D, E. A 2x2 max pool ends each stage.
CHANNELS = (64, 128, 256, 512, 512)
TABLE_1 = {
    "vgg11": (1, 1, 2, 2, 2),  # A: 8 convolutions + 3 linear layers, 133 million parameters
    "vgg13": (2, 2, 2, 2, 2),  # B: 133 million
    "vgg16": (2, 2, 3, 3, 3),  # D: 138 million
    "vgg19": (2, 2, 4, 4, 4),  # E: 144 million
}
HIDDEN = 4096


def vgg11(*, batch_norm: bool = False, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """VGG with 11 layers that have weights: column A of Table 1.

    Parameters
    ----------
    batch_norm : bool
        Batch norm after each convolution, which keeps its bias. Not in the paper, which is older; as in torchvision.
    dropout : float
        Probability with which a number of the two hidden fully connected layers is left out in training.
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    nn.Module
        From (N, in_channels, H, W) to logits (N, num_classes); 224 x 224 as published, at least 32 x 32.

    Examples
    --------
    >>> len(vgg11().features.stage3)                        # two convolutions, two ReLUs, a pool
    5
    """
    return _vgg("vgg11", batch_norm, dropout, num_classes, in_channels)


def vgg13(*, batch_norm: bool = False, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """VGG with 13 layers, column B; options as in :func:`vgg11`."""
    return _vgg("vgg13", batch_norm, dropout, num_classes, in_channels)


def vgg16(*, batch_norm: bool = False, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """VGG with 16 layers, column D; options as in :func:`vgg11`."""
    return _vgg("vgg16", batch_norm, dropout, num_classes, in_channels)


def vgg19(*, batch_norm: bool = False, dropout: float = 0.5, num_classes: int = 1000, in_channels: int = 3) -> Network:
    """VGG with 19 layers, column E; options as in :func:`vgg11`."""
    return _vgg("vgg19", batch_norm, dropout, num_classes, in_channels)


def _vgg(name, batch_norm, dropout, num_classes, in_channels):
    check_options(batch_norm=batch_norm, dropout=dropout, num_classes=num_classes, in_channels=in_channels)
    stages, c_in = {}, in_channels
    for number, (depth, channels) in enumerate(zip(TABLE_1[name], CHANNELS, strict=True), start=1):
        stages[f"stage{number}"] = _stage(depth, c_in, channels, batch_norm)
        c_in = channels
    classifier = {
        "pool": nn.AdaptiveAvgPool2d(7),  # changes nothing at 224; lets other sizes in
        "flatten": nn.Flatten(),  # (N, 512, 7, 7) -> (N, 25088)
        "fc1": nn.Linear(c_in * 7 * 7, HIDDEN), "relu1": nn.ReLU(), "dropout1": nn.Dropout(dropout),
        "fc2": nn.Linear(HIDDEN, HIDDEN), "relu2": nn.ReLU(), "dropout2": nn.Dropout(dropout),
        "fc3": nn.Linear(HIDDEN, num_classes),
    }  # fmt: skip
    network = Network(name, stages, classifier, in_channels=in_channels, num_classes=num_classes, minimum=32)
    return network.apply(_initialise)


def _stage(depth, c_in, channels, batch_norm):
    layers = {}
    for number in range(1, depth + 1):
        layers[f"conv{number}"] = nn.Conv2d(c_in, channels, 3, padding=1)
        if batch_norm:
            layers[f"norm{number}"] = nn.BatchNorm2d(channels)
        layers[f"relu{number}"] = nn.ReLU()
        c_in = channels
    return stack({**layers, "pool": nn.MaxPool2d(2)})


def _initialise(module):
    """Glorot and Bengio: the paper (section 3.1) names it as the way to train without pre-trained layers; biases 0."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
