"""When to freeze? A network learns half of the classes, then the other half from few images, more or less frozen."""

from dataclasses import replace
from functools import partial

import numpy as np
from torch import nn

from cnnbook.datasets import Images
from cnnbook.training import Config

from ._lab import Lab, Scale, Variant

COUNTS = (5, 20, 80, 320)  # images a class of the target task
RATES = (0.005, 0.025, 0.125)  # the same for all: the best one on the validation images counts
BLOCKS = ((16, 2), (32, 2), (64, 1), (64, 2))  # maps and stride of each: 16, 8, 8, 4 pixels a side


def block(c_in, c_out, stride):
    """A convolution of 3x3, batch norm, ReLU."""
    conv = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(c_out), nn.ReLU())


def head(num_classes):
    """The mean of each map, and a linear layer that reads these."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(BLOCKS[-1][0], num_classes))


def from_scratch(*, num_classes, in_channels):
    """Four blocks and a head, nothing trained.

    >>> import torch
    >>> network = from_scratch(num_classes=5, in_channels=3)
    >>> network[:-1](torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 64, 4, 4])
    """
    maps = [in_channels, *(c_out for c_out, _ in BLOCKS)]
    blocks = [block(c_in, c_out, stride) for c_in, (c_out, stride) in zip(maps, BLOCKS, strict=False)]
    return nn.Sequential(*blocks, head(num_classes))


class Frozen(nn.Sequential):
    """Blocks whose weights stay as they are.

    So do mean and variance of their batch norm, unless `moving`: then each training batch is normalised by its own, and
    the running ones follow. ``requires_grad_(False)`` alone does not stop that.
    """

    def __init__(self, *blocks, moving=False):
        super().__init__(*blocks)
        self.moving = moving
        self.requires_grad_(False)

    def train(self, mode=True):
        return super().train(mode and self.moving)


def go_on(*, num_classes, in_channels, trained, frozen, moving=False):
    """The blocks of a trained network under a new head; the first `frozen` of them stay as they are."""
    blocks = trained[:-1]
    return nn.Sequential(Frozen(*blocks[:frozen], moving=moving), *blocks[frozen:], head(num_classes))


def frozen_at_random(**shape):
    """The control: what is frozen was never trained. Its batch norm moves, since it has seen no images yet."""
    network = from_scratch(**shape)
    return nn.Sequential(Frozen(*network[:-1], moving=True), network[-1])


def source(splits, seed):
    """The first half of the classes, with all their images."""
    return [classes(split, 0, len(split.classes) // 2) for split in splits]


def target(splits, seed, *, count):
    """The second half of the classes, with `count` training images each, drawn with the seed.

    They are repeated up to a quarter of the size of the training split, so that all take the same steps. What a smaller
    count draws, a larger one draws too.
    """
    train, *judges = splits
    half, end = len(train.classes) // 2, len(train.classes)
    rng = np.random.default_rng(seed)
    shuffled = [rng.permutation(np.flatnonzero(train.labels == label)) for label in range(half, end)]
    if count > (most := min(*map(len, shuffled), len(train) // 4 // len(shuffled))):
        raise ValueError(f"count {count} is too large for {len(train)} training images: use {most} or fewer")
    few = np.stack([images[:count] for images in shuffled], axis=1).ravel()  # the classes take turns
    shown = np.resize(few, len(train) // 4)
    return [classes(split, half, end) for split in (train[shown], *judges)]


def classes(data, first, end):
    """The images of the classes from `first` to before `end`, labelled from 0."""
    which = (first <= data.labels) & (data.labels < end)
    return Images(data.images[which], data.labels[which] - first, data.classes[first:end])


def convolutions(network):
    """The weights of the four convolutions, from the first."""
    return [layer.weight.detach() for layer in network.modules() if isinstance(layer, nn.Conv2d)]


def remember(network, train, test):
    """Before training: keep a copy of the weights with the network."""
    network.first = [weight.clone() for weight in convolutions(network)]
    return {}


def moved(network, train, test):
    """After training: how far the weights of each convolution went, over their norm before."""
    pairs = zip(convolutions(network), network.first, strict=True)
    return {"moved": [(last - first).norm() / first.norm() for last, first in pairs]}


POLICIES = {
    # how the network is built, and whether it goes on from the source
    "from scratch": (from_scratch, None),
    "freeze all": (partial(go_on, frozen=4), "source"),
    "freeze some": (partial(go_on, frozen=3), "source"),
    "freeze none": (partial(go_on, frozen=0), "source"),
    "freeze all, moving": (partial(go_on, frozen=4, moving=True), "source"),
    "random, moving": (frozen_at_random, None),
}


def name(policy, count, rate):
    """Name of a variant."""
    return f"{policy}, {count} images, rate {rate}"


CONFIG = Config(epochs=6, batch_size=32, learning_rate=0.1, weight_decay=5e-4, shift=2, flip=True)

LAB = Lab(
    name="transfer",
    question="When to freeze?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=2), seeds=1, validation=1000,
            variants=("source", *(name(policy, 5, 0.025) for policy in ("from scratch", "freeze all", "freeze none"))),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=2, validation=5000),
        "full": Scale("cifar10", replace(CONFIG, epochs=30), seeds=10, validation=5000),
    },
    variants={"source": Variant(from_scratch, part=source)}
    | {
        name(policy, count, rate): Variant(
            build, {"epochs": 1, "learning_rate": rate}, part=partial(target, count=count), after=after
        )
        for policy, (build, after) in POLICIES.items()
        for count in COUNTS
        for rate in RATES
    },
    mistakes=False,
    at_start=remember,
    at_end=moved,
)  # fmt: skip
