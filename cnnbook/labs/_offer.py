"""What a notebook on a GPU says of the lab's full scale: how to run it there, and how long it takes."""

import os
import sys

from cnnbook import datasets
from cnnbook.training import choose_device

from ._run import estimate, launcher, minutes, plural

TRAINING_IMAGES = {"mnist": 60_000, "fashion_mnist": 60_000, "cifar10": 50_000, "cifar100": 50_000}


def is_welcome():
    """Whether this is a notebook with a GPU whose reader has not chosen a scale (``$CNNBOOK_SCALE``)."""
    return "ipykernel" in sys.modules and "CNNBOOK_SCALE" not in os.environ and choose_device().type != "cpu"


def full_run(lab):
    """The command of a full run, with its minutes on this machine, measured on a few images that need no download.

    Networks that learn from a part of the images take less than that.
    """
    size, (train, _, _) = lab.at("full"), lab.splits("smoke")
    device = choose_device(size.config.device)
    images = size.images or TRAINING_IMAGES.get(size.data, len(train)) - size.validation
    seconds = {}  # of one epoch, by network: learning rates take no time
    for variant in (variants := lab.compared("full")):
        build, after = lab.variants[variant].build, lab.variants[variant].after
        if (build, after) not in seconds:
            whole = estimate(lab, "full", variant, train, images, steps=5)
            seconds[build, after] = whole / lab.config("full", variant).epochs
    epochs = {variant: lab.config("full", variant).epochs for variant in variants}
    total = size.seeds * sum(
        epochs[variant] * seconds[lab.variants[variant].build, lab.variants[variant].after] for variant in variants
    )
    networks = plural(size.seeds * len(variants), "network")
    download = "" if datasets.available(size.data) else f", after a download of {size.data}"
    told = f"At full scale this lab trains {networks}, up to {minutes(total)} on {device}{download}"
    return f"{told}. To run it: !{launcher(lab)} --scale full --folder mine"
