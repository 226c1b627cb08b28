"""Three 3x3 or one 7x7? Six blocks that see 7x7 pixels, in the same network, at three learning rates."""

from collections import OrderedDict
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import torch
from torch import nn
from torch.nn import functional as F

from cnnbook.training import Config, evaluate
from cnnbook.training.images import to_device

from ._clock import clock
from ._lab import Lab, Scale, at_rates

FIELD = 7
RATES = (0.03, 0.1, 0.3)  # the same for all: the best one on the validation images counts
IMAGES = 100  # training images on which the influence of each place is measured
FEW = 2000  # test images that two forms of one network read
BATCH, ROUNDS = 32, 9  # of timing


@dataclass(frozen=True)
class Block:
    """Kernels one behind the other, with this many maps everywhere, and whether ReLUs stand between them."""

    kernels: tuple
    width: int = 16
    relu_between: bool = True

    def layers(self):
        """Convolutions with batch norm behind each; the ReLU behind the last belongs to the network."""
        layers = []
        for rows, columns in self.kernels:
            if layers and self.relu_between:
                layers.append(nn.ReLU())
            padding = (rows // 2, columns // 2)  # the maps keep their size
            layers += _convolution(self.width, self.width, (rows, columns), padding=padding)
        return nn.Sequential(*layers)


BLOCKS = {
    "one 7x7": Block(((7, 7),)),
    "three 3x3": Block(((3, 3),) * 3),
    "three 3x3, no ReLU between": Block(((3, 3),) * 3, relu_between=False),
    "1x7 and 7x1": Block(((1, 7), (7, 1))),
    "one 7x7, narrow": Block(((7, 7),), width=12),  # 49 x 12 x 12 weights, near the 27 x 16 x 16 of three 3x3
    "three 3x3, wide": Block(((3, 3),) * 3, width=22),  # 27 x 22 x 22, near the 49 x 16 x 16 of one 7x7
}


def network(block, *, num_classes, in_channels):
    """A stem that all have in common, the block at 16 x 16 and at 8 x 8 pixels, the mean of each map, a classifier.

    >>> net = network(BLOCKS["one 7x7"], num_classes=10, in_channels=3)
    >>> net[:2](torch.zeros(1, 3, 32, 32)).shape, net(torch.zeros(1, 3, 32, 32)).shape
    (torch.Size([1, 16, 16, 16]), torch.Size([1, 10]))
    """
    parts = OrderedDict(
        stem=nn.Sequential(*_convolution(in_channels, block.width, 3, stride=2, padding=1), nn.ReLU()),
        first=block.layers(),
        pool=nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)),
        second=block.layers(),
        mean=nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        classifier=nn.Linear(block.width, num_classes),
    )
    return nn.Sequential(parts)


def _convolution(inputs, outputs, kernel, **geometry):
    """A convolution with He's first weights, and its batch norm, which has the bias."""
    convolution = nn.Conv2d(inputs, outputs, kernel, bias=False, **geometry)
    nn.init.kaiming_normal_(convolution.weight)
    return convolution, nn.BatchNorm2d(outputs)


def kernels(block, maps):
    """Gradient of one unit of each output map for the 7 x 7 places that it sees: (outputs, N, inputs, 7, 7).

    In a block without ReLUs it is the same for all maps: the one 7x7 kernel that does what the block does.
    """
    top, left = ((size - FIELD) // 2 for size in maps.shape[2:])
    seen = maps[:, :, top : top + FIELD, left : left + FIELD].detach().requires_grad_()
    units = block(seen)[:, :, FIELD // 2, FIELD // 2].sum(0)  # no padding reaches the middle
    return torch.stack([torch.autograd.grad(unit, seen, retain_graph=True)[0] for unit in units])


def influence(network, train, test):
    """The share of each of 7 x 7 places in the squared gradient of units of the first block, row by row."""
    standardise, net = network
    images, _ = to_device(train[:IMAGES], standardise.mean.device)
    squares = kernels(net.first, net.stem(standardise(images))).square().sum((0, 1, 2))
    return {"influence": (squares / squares.sum()).flatten()}


def before_training(network, train, test):
    """The same before the first step."""
    return {"first_influence": influence(network, train, test)["influence"]}


def after_training(network, train, test):
    """Influence, and what blocks without ReLUs do as one kernel."""
    return influence(network, train, test) | multiplied_out(network, test)


@torch.no_grad()
def as_one_kernel(block):
    """The 7x7 convolution of a block without ReLUs in evaluation mode: the same but near the edges of the maps.

    There the block pads with zeros between its layers too, and one convolution cannot do that.

    >>> block = Block(((3, 3),) * 3, width=2, relu_between=False).layers().eval()
    >>> maps = torch.randn(1, 2, 11, 9)
    >>> same = (as_one_kernel(block)(maps) - block(maps)).abs().amax((0, 1)) < 1e-4
    >>> same.int()[:5]
    tensor([[0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 1, 1, 1, 1, 1, 0, 0],
            [0, 0, 1, 1, 1, 1, 1, 0, 0],
            [0, 0, 1, 1, 1, 1, 1, 0, 0]], dtype=torch.int32)
    """
    maps = block[0].in_channels
    nothing = torch.zeros(1, maps, FIELD, FIELD, device=block[0].weight.device)
    convolution = nn.Conv2d(maps, maps, FIELD, padding=FIELD // 2).to(nothing.device)
    with torch.enable_grad():
        kernel = kernels(block, nothing)[:, 0]
    convolution.weight.copy_(kernel)
    convolution.bias.copy_(block(nothing)[0, :, FIELD // 2, FIELD // 2])
    return convolution


def multiplied_out(network, test):
    """Blocks without ReLUs as one 7x7 each: how often the network says the same, and both accuracies."""
    net = network[1]
    if any(isinstance(layer, nn.ReLU) for layer in net.first):
        return {}
    other = deepcopy(network)
    other[1].first, other[1].second = as_one_kernel(net.first), as_one_kernel(net.second)
    few = test[:FEW]
    as_trained, as_one = evaluate(network, few), evaluate(other, few)
    said_the_same = (as_trained.predictions == as_one.predictions).mean()
    return {"said_the_same": said_the_same, "as_trained": as_trained.accuracy, "as_one_kernel": as_one.accuracy}


def times(network, train, test):
    """Milliseconds a batch, to infer and for a step (there and back), in turns with a network of one 7x7.

    On a CPU it is the time of this process, without what other programs take.
    """
    standardise, net = network
    device = standardise.mean.device
    other = _of_7x7(len(train.classes), train.images.shape[1]).to(device, memory_format=torch.channels_last)
    images, labels = to_device(train[:BATCH], device)
    x = standardise(images)
    tasks = {"infer": partial(infer, net), "infer_7x7": partial(infer, other)}
    tasks |= {"step": partial(step, net), "step_7x7": partial(step, other)}
    seconds = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            task(x, labels)  # else who comes second finds warmer caches
            started = clock(device)
            task(x, labels)
            seconds[name].append(clock(device) - started)
    return {name: 1000 * median(measured) for name, measured in seconds.items()}


def infer(net, x, labels):
    """What comes out, in evaluation mode."""
    with torch.no_grad():
        return net.eval()(x)


def step(net, x, labels):
    """The gradients of a batch."""
    F.cross_entropy(net.train()(x), labels).backward()


def _of_7x7(num_classes, in_channels):
    return network(BLOCKS["one 7x7"], num_classes=num_classes, in_channels=in_channels)


CONFIG = Config(epochs=4, batch_size=32, learning_rate=0.1, channels_last=True)

LAB = Lab(
    name="small_kernels",
    question="Three 3x3 or one 7x7?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=1), seeds=1, images=1000, validation=500,
            variants=tuple(f"{name}, rate 0.1" for name in BLOCKS),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=3, images=10_000, validation=5000),
        "full": Scale("cifar10", replace(CONFIG, epochs=12, batch_size=128, graph=True), seeds=3, validation=5000),
    },
    variants=at_rates({name: partial(network, block) for name, block in BLOCKS.items()}, RATES),
    mistakes=False,
    at_start=before_training,
    at_end=after_training,
    times=times,
)  # fmt: skip
