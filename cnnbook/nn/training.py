"""One pass over the training images, and the share of test images that a network gets right."""

import numpy as np

from .._validate import integer
from ..functional import cross_entropy, cross_entropy_backward


def train_epoch(network, optimiser, images, labels, *, batch_size, rng):
    """Train once on every image, in random order, and return the mean loss.

    Parameters
    ----------
    network : layer
        From images to logits.
    optimiser : SGD
        Of this network.
    images : ndarray of shape (N, C, H, W)
        Of the dtype of the network.
    labels : ndarray of int, of shape (N,)
    batch_size : int
        Images a step; the last batch may be smaller.
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    float
        Mean over the images of the cross-entropy, each as it was when its turn came.
    """
    _check(images, labels)
    total = 0.0
    order = rng.permutation(len(images))
    for first in range(0, len(order), integer("batch_size", batch_size, 1)):
        batch = order[first : first + batch_size]
        logits = network.forward(images[batch], training=True)
        total += float(cross_entropy(logits, labels[batch])) * len(batch)
        grad_logits, _ = cross_entropy_backward(1.0, logits, labels[batch])
        network.backward(grad_logits)
        optimiser.step()
    return total / len(order)


def accuracy(network, images, labels, *, batch_size=500):
    """Share of the images whose largest logit is that of their label, from 0 to 1.

    Parameters
    ----------
    network, images, labels
        As in :func:`train_epoch`. The network is used as after training.
    batch_size : int
        Images at a time; only memory depends on it.
    """
    _check(images, labels)
    right = 0
    for first in range(0, len(images), integer("batch_size", batch_size, 1)):
        batch = slice(first, first + batch_size)
        logits = network.forward(images[batch], training=False)
        right += np.count_nonzero(logits.argmax(axis=1) == labels[batch])
    return float(right / len(images))


def _check(images, labels):
    if len(images) != len(labels):
        raise ValueError(f"have {len(labels)} labels, but {len(images)} images: give one label an image")
    if len(images) == 0:
        raise ValueError("have no images, and no images have no mean: give at least one")
