"""Mistakes, one a line: `make types` fails where a type checker does not report one, or reports something else."""

import numpy as np

import cnnbook
from cnnbook import arithmetic, checks, datasets, functional, labs, models, plotting
from cnnbook.nn import Conv2d
from cnnbook.profile import profile
from cnnbook.training import Config, fit, load_record
from cnnbook.widgets import ConvolutionStepper

IMAGES = np.ones((2, 3, 5, 7), np.float32)
WEIGHT = np.ones((4, 3, 3, 2), np.float32)


def wrong(train: datasets.Images) -> None:
    arithmetic.output_size("7", 3)  # type: ignore[call-overload]
    arithmetic.output_size(7, 3, 2)  # type: ignore[call-overload]
    arithmetic.output_size(7, 3, padding="same")  # type: ignore[call-overload]
    arithmetic.conv_macs(3, 4, 3.0, 5)  # type: ignore[arg-type]
    range(arithmetic.output_size((5, 7), 3))  # type: ignore[call-overload]
    functional.relu([1.0, -1.0])  # type: ignore[arg-type]
    functional.conv2d(IMAGES.astype(np.int64), WEIGHT)  # type: ignore[type-var]
    functional.conv2d(IMAGES, WEIGHT, None, 2)  # type: ignore[call-arg]
    functional.conv2d(IMAGES, WEIGHT, strides=2)  # type: ignore[call-arg]
    functional.im2col(IMAGES, 3, layout="HWC")  # type: ignore[arg-type]
    functional.dropout(IMAGES, p=0.5, training=True, rng=0)  # type: ignore[arg-type]
    functional.batch_norm(IMAGES, training=True)  # type: ignore[call-arg]
    functional.relu(IMAGES).numpy()  # type: ignore[attr-defined]
    functional.conv2d_backward(IMAGES, IMAGES, WEIGHT)[2].sum()  # type: ignore[union-attr]
    Conv2d(1, 4, 3)  # type: ignore[call-arg]
    models.vgg16(batchnorm=True)  # type: ignore[call-arg]
    models.alexnet(groups=3)  # type: ignore[arg-type]
    models.resnet81()  # type: ignore[attr-defined]
    models.build(18)  # type: ignore[arg-type]
    profile("resnet18", (3, 224, 224))  # type: ignore[arg-type]
    datasets.load("mnist", "validation")  # type: ignore[arg-type]
    fit(models.lenet5(), train, train)  # type: ignore[call-arg]
    fit(models.lenet5(), train, train, {"epochs": 1})  # type: ignore[arg-type]
    Config(epochs=2, batch_size=32, lr=0.1)  # type: ignore[call-arg]
    load_record("lenet_mnist").table()  # type: ignore[union-attr]
    labs.run("lenet_mnist")  # type: ignore[arg-type]
    labs.run(labs.load("lenet_mnist"), scale="tiny")  # type: ignore[arg-type]
    plotting.learning_curves({"plain": [2.0, 1.0]})  # type: ignore[call-arg]
    ConvolutionStepper(flipped=True)  # type: ignore[call-arg]
    checks.convolution.output_size(7)  # type: ignore[arg-type]
    cnnbook.arithmetics.output_size(7, 3)  # type: ignore[attr-defined]
