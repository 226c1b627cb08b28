"""Which activation trains, and why? Eight convolutions without batch norm, five activations, four learning rates."""

from dataclasses import replace
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from cnnbook.training import Config
from cnnbook.training.images import to_device

from ._lab import Lab, Scale, at_rates

RATES = (0.002, 0.01, 0.05, 0.25)  # the same for all: the best one on the validation images counts
ACTIVATIONS = {
    # activation and variance of the first weights, times the number of inputs of a unit
    "sigmoid": (nn.Sigmoid, 1),
    "tanh": (nn.Tanh, 1),
    "ReLU": (nn.ReLU, 2),
    "leaky ReLU": (nn.LeakyReLU, 2),  # slope 0.01 on the left
    "ELU": (nn.ELU, 2),
}
IMAGES = 500  # training images on which slopes and gradients are measured


def deep(activation, variance, *, num_classes, in_channels, width=16, depth=8):
    """Convolutions of 3x3 without padding, from 32 x 32 pixels down to one: 15, 13, 11, 9, 7, 5, 3, 1.

    >>> network = deep(*ACTIVATIONS["ReLU"], num_classes=10, in_channels=3)
    >>> network[:-2](torch.zeros(1, 3, 32, 32)).shape
    torch.Size([1, 16, 1, 1])
    """
    layers = []
    for layer in range(depth):
        conv = nn.Conv2d(width if layer else in_channels, width, 3, stride=1 if layer else 2)
        layers += [_first_weights(conv, variance), activation()]
    return nn.Sequential(*layers, nn.Flatten(), _first_weights(nn.Linear(width, num_classes), 1))


def _first_weights(layer, variance):
    """Draw weights with this variance over the number of inputs of a unit; biases are zero."""
    nn.init.normal_(layer.weight, std=(variance / layer.weight[0].numel()) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer


@torch.no_grad()
def sigmoid_as_tanh(**shape):
    """The network of sigmoids that computes, at first, what the one of tanh does: tanh(z) = 2 sigmoid(2z) - 1."""
    network = deep(*ACTIVATIONS["sigmoid"], **shape)  # draws the weights that the network of tanh draws
    layers = layers_with_weights(network)
    for layer in layers[1:]:  # reads sigmoids
        layer.bias -= layer.weight.flatten(1).sum(1)
        layer.weight *= 2
    for layer in layers[:-1]:  # feeds sigmoids
        layer.weight *= 2
        layer.bias *= 2
    return network


def layers_with_weights(network):
    """The convolutions and the linear layer, in order."""
    return [layer for layer in network if hasattr(layer, "weight")]


def inside(network, train, test):
    """What the layers do with some training images; one number a convolution.

    `slope`: root of the mean square of f'(z). `gradient`: norm of the gradient of the loss for its weights, over the
    norm of the weights. `dead`: how many of its maps have slope 0 at every place in every image.
    """
    standardise, layers = network
    images, labels = to_device(train[:IMAGES], standardise.mean.device)
    x, slopes = standardise(images), []
    for layer in layers:
        before, x = x, layer(x)
        if type(layer) in {activation for activation, _ in ACTIVATIONS.values()}:
            slopes += torch.autograd.grad(x.sum(), before, retain_graph=True)
    F.cross_entropy(x, labels).backward()
    weights = [layer.weight for layer in layers_with_weights(layers)[:-1]]
    return {
        "slope": [slope.square().mean().sqrt() for slope in slopes],
        "gradient": [weight.grad.norm() / weight.detach().norm() for weight in weights],
        "dead": [(slope == 0).all(3).all(2).all(0).sum() for slope in slopes],
    }


def before_training(network, train, test):
    """The same before the first step."""
    return {f"first_{name}": numbers for name, numbers in inside(network, train, test).items()}


BUILDS = {name: partial(deep, *row) for name, row in ACTIVATIONS.items()} | {"sigmoid as tanh": sigmoid_as_tanh}
CONFIG = Config(epochs=4, batch_size=32, learning_rate=0.05)

LAB = Lab(
    name="activations",
    question="Which activation trains, and why?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=2), seeds=1, images=1000, validation=500,
            variants=tuple(f"{name}, rate 0.05" for name in BUILDS),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=4, images=6000, validation=5000),
        "full": Scale("cifar10", CONFIG, seeds=3, validation=5000),
    },
    variants=at_rates(BUILDS, RATES),
    mistakes=False,
    trials=("trial",),  # one seed of the full scale
    at_start=before_training,
    each_epoch=inside,
)  # fmt: skip
