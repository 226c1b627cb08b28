"""Cross-entropy: how surprised is a classifier by the right answers?"""

from __future__ import annotations

import numpy as np

from .._types import Float, Labels, NDArray
from .._validate import FLOATS, array, class_labels, number
from ._sums import mean
from .softmax import log_softmax, softmax


def cross_entropy(logits: NDArray[Float], labels: Labels) -> Float:
    """Mean over the images of ``-log(softmax(logits)[label])``.

    0 for a classifier that is certain and right, log(number of classes) for one that finds all equally likely.

    Parameters
    ----------
    logits : ndarray of shape (N, number of classes)
        Scores before any softmax, float32 or float64.
    labels : ndarray of shape (N,)
        Number of the right class of each image, an integer from 0.

    Returns
    -------
    float32 or float64
        As `logits`; a mean over the batch, so that the size of the batch does not change the size of the steps.

    Raises
    ------
    TypeError, ValueError
        For anything but such arrays, for labels out of range, and for an empty batch, which has no mean.

    Examples
    --------
    >>> logits = np.log([[1.0, 2.0, 1.0], [3.0, 3.0, 2.0]])      # probabilities 1/4, 1/2, 1/4 and 3/8, 3/8, 1/4
    >>> loss = cross_entropy(logits, np.array([1, 2]))
    >>> bool(np.isclose(loss, (np.log(2) + np.log(4)) / 2))
    True
    """
    _check(logits, labels)
    right = log_softmax(logits)[np.arange(len(labels)), labels]
    return -mean(right, 0)


def cross_entropy_backward(
    grad_output: float | np.floating | NDArray[np.floating], logits: NDArray[Float], labels: Labels
) -> tuple[NDArray[Float], None]:
    """Gradient of :func:`cross_entropy`: ``(softmax(logits) - 1 at the label) / N``.

    Parameters
    ----------
    grad_output : float
        Gradient of what is minimised with respect to this loss: 1.0 where the loss itself is minimised.
    logits, labels
        As in :func:`cross_entropy`.

    Returns
    -------
    (grad_logits, None) : tuple
        An array of the shape of `logits`. Labels cannot be changed a little, so they have no gradient.

    Raises
    ------
    TypeError, ValueError
        As :func:`cross_entropy`, and for a gradient that is not one number.

    Examples
    --------
    >>> logits = np.log([[1.0, 2.0, 1.0], [3.0, 3.0, 2.0]])
    >>> cross_entropy_backward(1.0, logits, np.array([1, 2]))[0]
    array([[ 0.125 , -0.25  ,  0.125 ],
           [ 0.1875,  0.1875, -0.375 ]])
    """
    _check(logits, labels)
    if isinstance(grad_output, np.ndarray) and grad_output.shape == () and grad_output.dtype in FLOATS:
        grad_output = grad_output[()]
    grad_output = number("grad_output", grad_output)
    grad_logits = softmax(logits)
    grad_logits[np.arange(len(labels)), labels] -= 1
    grad_logits *= grad_output / len(labels)
    return grad_logits, None


def _check(logits, labels):
    array("logits", logits, 2, axes="N, classes")
    class_labels(labels, *logits.shape)
    if len(logits) == 0:
        raise ValueError(f"logits have shape {logits.shape}, and no images have no mean: leave empty batches out")
