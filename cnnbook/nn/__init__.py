"""Networks in NumPy alone: layers around `cnnbook.functional`, and what it takes to train them.

A layer has four things: `forward(x, training=...)`, `backward(grad_output)`, `parameters` (name -> array) and
`gradients` (the same names, filled by backward). After each forward pass one backward pass can follow. A network is a
layer made of layers; one layer may stand in it several times, and its gradients are then the sums over all places.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> network = Sequential(Conv2d(1, 4, (3, 2), rng=rng), ReLU(), Flatten(), Linear(4 * 3 * 6, 10, rng=rng))
>>> network.forward(np.ones((2, 1, 5, 7), np.float32), training=False).shape
(2, 10)
>>> {name: array.shape for name, array in network.parameters.items()}
{'0.weight': (4, 1, 3, 2), '0.bias': (4,), '3.weight': (10, 72), '3.bias': (10,)}
"""

from .containers import Residual, Sequential
from .gradient_check import gradient_check
from .initialise import glorot_uniform, he_normal
from .layers import (
    ELU,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from .lenet import lenet5
from .resnet import small_resnet
from .sgd import SGD
from .training import accuracy, train_epoch

__all__ = [
    "ELU",
    "SGD",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2d",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "accuracy",
    "glorot_uniform",
    "gradient_check",
    "he_normal",
    "lenet5",
    "small_resnet",
    "train_epoch",
]
