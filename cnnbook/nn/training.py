"""One pass over the training images, and the share of test images that a network gets right."""

from __future__ import annotations

import numpy as np

from .._types import Float, Labels, NDArray
from .._validate import array, class_labels, floats, generator, got, integer
from ..functional import cross_entropy, cross_entropy_backward
from .layers import Layer, a_layer
from .sgd import SGD


def train_epoch(
    network: Layer, optimiser: SGD, images: NDArray[Float], labels: Labels, *, batch_size: int, rng: np.random.Generator
) -> float:
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
        Number of the right class of each image.
    batch_size : int
        Images a step; the last batch may be smaller.
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    float
        Mean over the images of the cross-entropy, each as it was when its turn came.

    Raises
    ------
    TypeError, ValueError
        For images and labels that do not fit together, before anything is trained.
    """
    _check(network, images, labels)
    if not callable(getattr(optimiser, "step", None)):
        raise TypeError(f"optimiser must have a method step, {got(optimiser)}: use an SGD of this network")
    if getattr(optimiser, "network", network) is not network:
        raise ValueError("optimiser moves another network: use an SGD of this one")
    total = 0.0
    order, batch_size = generator("rng", rng).permutation(len(images)), integer("batch_size", batch_size, 1)
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        logits = _logits(network, images[batch], labels, training=True)
        total += float(cross_entropy(logits, labels[batch])) * len(batch)
        grad_logits, _ = cross_entropy_backward(1.0, logits, labels[batch])
        network.backward(grad_logits)
        optimiser.step()
    return total / len(order)


def accuracy(network: Layer, images: NDArray[Float], labels: Labels, *, batch_size: int = 500) -> float:
    """Share of the images whose largest logit is that of their label, from 0 to 1.

    Parameters
    ----------
    network, images, labels
        As in :func:`train_epoch`. The network is used as after training.
    batch_size : int
        Images at a time; only memory depends on it.

    Raises
    ------
    TypeError, ValueError
        As :func:`train_epoch`, and for logits that are NaN.

    Examples
    --------
    >>> from cnnbook.nn import Flatten
    >>> images = np.array([[3, 1], [1, 3], [2, 0]], np.float32)       # the network's logits are the pixels themselves
    >>> accuracy(Flatten(), images, np.array([0, 1, 1]))
    0.6666666666666666
    """
    _check(network, images, labels)
    right, batch_size = 0, integer("batch_size", batch_size, 1)
    for first in range(0, len(images), batch_size):
        batch = slice(first, first + batch_size)
        logits = _logits(network, images[batch], labels, training=False)
        if np.isnan(logits).any():
            raise ValueError(
                "logits hold NaN, and NaN is no largest number: train with a smaller lr, look at the images"
            )
        right += np.count_nonzero(logits.argmax(axis=1) == labels[batch])
    return float(right / len(images))


def _check(network, images, labels):
    a_layer("network", network)
    floats("images", images)
    if len(images) == 0:
        raise ValueError("have no images, and no images have no mean: give at least one")
    if isinstance(labels, np.ndarray) and labels.ndim and len(labels) != len(images):
        raise ValueError(f"have {len(labels)} labels, but {len(images)} images: give one label an image")
    class_labels(labels, len(images))


def _logits(network, images, labels, training):
    """Output of the network for a batch, once it is known to be scores of the classes that the labels name."""
    logits = network.forward(images, training=training)
    array("logits", logits, 2, axes="N, classes")
    class_labels(labels, len(labels), logits.shape[1])  # all of them, so that a wrong one comes to light at once
    if len(logits) != len(images):
        raise ValueError(f"logits have shape {logits.shape} for {len(images)} images: the network must keep the batch")
    return logits
