"""What does batch norm buy? One small network with and without it, over learning rates and over batch sizes."""

from copy import deepcopy
from dataclasses import replace
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import update_bn

from cnnbook.training import Config, evaluate

from ._lab import Lab, Scale, Variant

# Rates offered to every network, by batch size. Each size has its own: no rate suits both a batch of 2 and one of 128.
RATES = {
    128: (0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    32: (0.01, 0.03, 0.1, 0.3),
    8: (0.01, 0.03, 0.1),
    2: (0.001, 0.003, 0.01, 0.03),
}
MAPS = (8, 8, 16, 16, 32, 32)  # of the convolutions; the first, third and fifth have stride 2


class NormOnce(nn.BatchNorm2d):
    """Batch norm whose mean and variance are those of the *first* batch, for ever.

    From then on no image sees its neighbours any more. The start, the parameters and what a step does to them are as
    with batch norm: it is the control.
    """

    def __init__(self, maps):
        super().__init__(maps)
        self.register_buffer("seen", torch.tensor(False))

    def forward(self, x):
        if self.training and not self.seen:
            with torch.no_grad():
                self.running_mean.copy_(x.mean((0, 2, 3)))
                self.running_var.copy_(x.var((0, 2, 3), unbiased=False))
                self.seen.fill_(True)
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)


def network(norm, num_classes, in_channels):
    """Six convolutions 3x3, each followed by `norm` and ReLU; the mean of each map; one linear layer."""
    layers, C = [], in_channels
    for place, maps in enumerate(MAPS):
        conv = nn.Conv2d(C, maps, 3, stride=2 - place % 2, padding=1)
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        nn.init.zeros_(conv.bias)  # kept before batch norm too, where it does nothing: one change at a time
        layers += [conv, norm(maps), nn.ReLU()]
        C = maps
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(C, num_classes))


KINDS = {
    "plain": partial(network, lambda maps: nn.Identity()),
    "batch norm": partial(network, nn.BatchNorm2d),
    "norm once": partial(network, NormOnce),
}


def inside(network, train):
    """On 256 training images, in training mode: gradient norm of each convolution, spread of what each ReLU gets."""
    network, device = deepcopy(network).train(), next(network.parameters()).device
    spreads = []
    for layer in network.modules():
        if isinstance(layer, nn.ReLU):
            layer.register_forward_pre_hook(lambda layer, inputs: spreads.append(inputs[0].detach().std().item()))
    images, labels = (torch.from_numpy(array[:256]).to(device) for array in (train.images, train.labels))
    F.cross_entropy(network(images), labels).backward()
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    return {"gradients": [layer.weight.grad.norm().item() for layer in convolutions], "spreads": spreads}


def with_fresh_statistics(network, images):
    """A copy whose running statistics are those of all these images, under the weights of now."""
    network, device = deepcopy(network), next(network.parameters()).device
    update_bn(torch.from_numpy(images).to(device).split(500), network)
    return network.eval()


def judged(network, train, test):
    """Accuracy in evaluation mode on training images; on test images with fresh statistics."""
    part = train[:5000]
    fresh = with_fresh_statistics(network, part.images)
    return {"learned": evaluate(network, part).accuracy, "fresh": evaluate(fresh, test).accuracy}


def name_of(kind, size, rate):
    """The name of a variant: which network, how many images a batch, at which learning rate."""
    return f"{kind}, size {size}, rate {rate:g}"


def compared():
    """Every variant: the kinds at all rates of each batch size; the control at 128 alone."""
    variants = {
        name_of(kind, size, rate): Variant(KINDS[kind], {"batch_size": size, "learning_rate": rate})
        for size, rates in RATES.items()
        for kind in (KINDS if size == 128 else ("plain", "batch norm"))
        for rate in rates
    }
    # As many *steps* at 128 as the laptop's 3 epochs are at 32: with four times the images.
    for kind in ("plain", "batch norm"):
        for rate in (0.03, 0.1, 0.3):
            changes = {"batch_size": 128, "learning_rate": rate, "epochs": 12}
            variants[f"{name_of(kind, 128, rate)}, 12 epochs"] = Variant(KINDS[kind], changes)
    return variants


VARIANTS = compared()
CONFIG = Config(epochs=3, batch_size=128, learning_rate=0.1)

LAB = Lab(
    name="normalisation",
    question="What does batch norm buy?",
    scales={
        "smoke": Scale(
            "mnist_sample", CONFIG, seeds=1, images=1000, validation=1000,
            variants=tuple(name_of(kind, 128, rate) for kind in KINDS for rate in (0.1, 1.0)),
        ),
        "laptop": Scale("mnist", CONFIG, seeds=2, images=4000, validation=5000),
        # Without batches of 2: so many tiny steps that a GPU would not be done in half an hour.
        "full": Scale(
            "cifar10", replace(CONFIG, epochs=5), seeds=3, images=30_000, validation=5000,
            variants=tuple(name for name in VARIANTS if "size 2," not in name and "epochs" not in name),
        ),
    },
    variants=VARIANTS,
    mistakes=False,
    at_start=lambda network, train, test: {f"first_{name}": value for name, value in inside(network, train).items()},
    each_epoch=lambda network, train, test: inside(network, train),
    at_end=judged,
)  # fmt: skip
