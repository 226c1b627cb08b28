"""Does a 1998 network still read digits? LeNet-5 on MNIST, as published and as taught today."""

from dataclasses import replace
from functools import partial

from cnnbook.models import lenet5
from cnnbook.models.lenet import initialise
from cnnbook.training import Config

from ._lab import Lab, Scale, Variant


def published_with_weights_of_today(**shape):
    """The network as published, its first weights drawn as those of the network as taught."""
    return lenet5(original=True, **shape).apply(initialise)


# Chosen on the last 10,000 training images, the network trained on the others; the test images chose nothing.
CONFIG = Config(epochs=12, batch_size=64, learning_rate=0.05, weight_decay=5e-4)

LAB = Lab(
    name="lenet_mnist",
    question="Does a 1998 network still read digits?",
    scales={
        "smoke": Scale("mnist_sample", replace(CONFIG, epochs=3), seeds=1),
        "laptop": Scale("mnist", replace(CONFIG, epochs=6), seeds=2),
        "full": Scale("mnist", CONFIG, seeds=5),
    },
    variants={
        "as taught": Variant(lenet5),
        "as published": Variant(partial(lenet5, original=True)),
        "as published, first weights of today": Variant(published_with_weights_of_today),
        "as taught, images shifted": Variant(lenet5, {"shift": 1}),
    },
    kept="as taught, images shifted",
    pad=2,  # digits of 28 x 28 in a field of 32 x 32, as in the paper
)
