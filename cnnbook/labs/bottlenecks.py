"""What do 1x1 convolutions save, measured? Blocks with and without a squeeze: their time, and what they learn."""

from dataclasses import replace
from functools import partial

import torch
from torch import nn

from cnnbook.models._blocks import Branches, Network, conv_norm, conv_relu, global_classifier
from cnnbook.models.googlenet import TABLE_1, Inception, module
from cnnbook.models.resnet import BasicBlock, Bottleneck
from cnnbook.training import Config

from ._clock import clock
from ._lab import Lab, Scale, Variant

WIDTHS, SIDES = (64, 128, 256), (28, 14, 7)  # channels, and pixels a side, of the blocks that are timed
BATCH, BATCH_GPU = 4, 128  # images at a time: so few would not keep a GPU busy
SHORTEST = 0.005  # s: what takes less is repeated


def basic(width):
    """Two 3x3 convolutions and a shortcut: 18 width^2 MACs a pixel.

    >>> basic(32)(torch.zeros(1, 32, 5, 7)).shape
    torch.Size([1, 32, 5, 7])
    """
    return BasicBlock(width, width, stride=1, shortcut=nn.Identity())


def bottleneck(width):
    """1x1 to a quarter of the channels, 3x3, 1x1 back, and a shortcut: 17/16 width^2 MACs a pixel."""
    return Bottleneck(width, width, stride=1, shortcut=nn.Identity())


def reduced(width):
    """An inception module in the proportions of GoogLeNet's 3a, with as many channels out as in, and batch norm."""
    return Branches(width, _table(width), conv_norm)


def naive(width):
    """The same without the two 1x1 that squeeze before the 3x3 and the 5x5.

    >>> naive(48)(torch.zeros(1, 48, 5, 7)).shape
    torch.Size([1, 48, 5, 7])
    """
    table = _table(width)
    return Branches(width, table | {name: table[name][1:] for name in ("3x3", "5x5")}, conv_norm)


def _table(width):
    sixteenths = {"n1x1": 4, "n3x3_reduce": 6, "n3x3": 8, "n5x5_reduce": 1, "n5x5": 2, "pool_proj": 2}
    return module(Inception("3a", **{name: width * part // 16 for name, part in sixteenths.items()}))


def inception_3b(kind):
    """GoogLeNet's second module: without reductions, with those of the lecture (64 and 64), with its own."""
    table = module(TABLE_1[1]._replace(n3x3_reduce=64, n5x5_reduce=64) if kind == "lecture" else TABLE_1[1])
    if kind == "naive":
        table = {name: layers[:1] if name == "pool" else layers[-1:] for name, layers in table.items()}
    return Branches(256, table, conv_relu)


def network(block, width, *, num_classes, in_channels):
    """A 3x3 convolution with stride 2, then two blocks at 8 and two at 4 pixels a side, for images of 32 x 32.

    >>> network(bottleneck, 32, num_classes=10, in_channels=3)(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """
    features = {"stem": conv_norm(in_channels, width, 3, stride=2)}
    for stage in (1, 2):
        features[f"pool{stage}"] = nn.MaxPool2d(2)
        features |= {f"block{stage}{letter}": block(width) for letter in "ab"}
    shape = {"num_classes": num_classes, "in_channels": in_channels}
    return Network("network of blocks", features, global_classifier(width, num_classes), **shape, minimum=8)


BUILDS = {
    "basic 32": partial(network, basic, 32),
    "bottleneck 32": partial(network, bottleneck, 32),
    "bottleneck 128": partial(network, bottleneck, 128),  # as many MACs as basic 32
    "naive 48": partial(network, naive, 48),
    "reduced 48": partial(network, reduced, 48),
    "reduced 80": partial(network, reduced, 80),  # as many MACs as naive 48
}


def _timed():
    """What is timed: name -> how it is built, shape of its input on a CPU."""
    blocks, layers = {}, {"max pool": (partial(nn.MaxPool2d, 3, stride=1, padding=1), 256, 28)}
    for side in SIDES:
        for width in WIDTHS:
            blocks[f"basic {width} at {side}"] = partial(basic, width), width, side
            blocks[f"bottleneck {width} at {side}"] = partial(bottleneck, width), width, side
            blocks[f"basic {width // 4} at {side}"] = partial(basic, width // 4), width // 4, side
        for kind in ("naive", "lecture", "GoogLeNet"):
            blocks[f"{kind} at {side}"] = partial(inception_3b, kind), 256, side
    for name, c_in, c_out, kernel in (
        ("1x1 down", 256, 64, 1), ("3x3 of 64", 64, 64, 3), ("1x1 up", 64, 256, 1), ("3x3 of 256", 256, 256, 3),
    ):  # fmt: skip
        layers[name] = partial(nn.Conv2d, c_in, c_out, kernel, padding=kernel // 2, bias=False), c_in, 28
    timed = {name: (build, (BATCH, c, side, side)) for name, (build, c, side) in (blocks | layers).items()}
    shape = {"num_classes": 10, "in_channels": 3}
    networks = BUILDS | {"without blocks": partial(network, lambda width: nn.Identity(), 32)}
    for name, build in networks.items():
        timed[f"network {name}"] = partial(build, **shape), (CONFIG.batch_size, 3, 32, 32)
    return timed


def times(network, train, test):
    """Milliseconds forward and backward of each entry of `TIMED`, in two rounds.

    On a CPU this is processor time of one thread: while other programs have their turn, it stands still. The second
    round goes through the list from its end, so that a machine that gets slower favours none.
    """
    device, threads = next(network.parameters()).device, torch.get_num_threads()
    torch.set_num_threads(1)
    what = []
    for build, (images, *shape) in TIMED.values():
        images = images if device.type == "cpu" else BATCH_GPU
        what.append((build().to(device), torch.randn(images, *shape, device=device, requires_grad=True)))
    counts = [1 + int(SHORTEST / sum(_step(*pair))) for pair in what]  # warms up, too
    rounds = []
    for order in (1, -1):
        jobs = list(zip(what, counts, strict=True))[::order]
        rounds.append([_mean_step(*pair, count) for pair, count in jobs][::order])
    torch.set_num_threads(threads)
    forward, backward = ([[1000 * times[part] for times in found] for found in rounds] for part in (0, 1))
    return {"forward_ms": forward, "backward_ms": backward}


def _mean_step(layer, x, count):
    return torch.tensor([_step(layer, x) for _ in range(count)], dtype=torch.float64).mean(0).tolist()


def _step(layer, x):
    """Seconds of one run forward and one backward, to the weights and to the input."""
    start = clock(x.device)
    y = layer(x)
    between = clock(x.device)
    y.backward(torch.ones_like(y))
    end = clock(x.device)
    layer.zero_grad()
    x.grad = None
    return between - start, end - between


def kept_bytes(layer, x):
    """Bytes that a run forward keeps for the backward one, the weights left out.

    >>> kept_bytes(nn.ReLU(), torch.zeros(1, 4, 5, 7, requires_grad=True))
    560
    """
    kept, weights = {}, {parameter.data_ptr() for parameter in layer.parameters()}

    def keep(tensor):
        kept[tensor.data_ptr()] = tensor  # the tensor itself: so its address stays its own
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        layer(x)
    return sum(tensor.numel() * tensor.element_size() for address, tensor in kept.items() if address not in weights)


CONFIG = Config(epochs=3, batch_size=32, learning_rate=0.05)
TIMED = _timed()

LAB = Lab(
    name="bottlenecks",
    question="What do 1x1 convolutions save, measured?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=1), seeds=1, images=1000, variants=("bottleneck 32",),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=3, images=5000, validation=5000),
        "full": Scale(
            "cifar10", replace(CONFIG, epochs=20, batch_size=128, shift=4, flip=True), seeds=3, validation=5000,
            variants=tuple(BUILDS),  # the last one is longer at laptop scale only
        ),
    },
    variants={name: Variant(build) for name, build in BUILDS.items()}
    | {"bottleneck 32, longer": Variant(BUILDS["bottleneck 32"], {"epochs": 4})},
    mistakes=False,
    trials=("rates",),  # three learning rates
    times=times,
)  # fmt: skip
