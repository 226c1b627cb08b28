"""Is a backward pass right? Move one number a little, and see whether the loss moves as its gradient says."""

from __future__ import annotations

import numpy as np

from .._types import NDArray
from .._validate import flag, generator, integer, number
from .layers import Layer, a_layer


def gradient_check(
    network: Layer, x: NDArray[np.float64],
    *, rng: np.random.Generator, training: bool = True, samples: int = 20, step: float = 1e-6,
) -> dict[str, float]:  # fmt: skip
    """Compare the gradients of a network with central differences ``(loss(p + step) - loss(p - step)) / (2 * step)``.

    The loss is a random weighted sum of the output, so that no error can hide behind another.

    Parameters
    ----------
    network : layer
        With parameters in float64: in float32 the differences drown in rounding.
    x : ndarray of float64
        A batch; two or three images will do. Not changed.
    rng : numpy.random.Generator
        Draws the weights of the sum and the numbers to move.
    training : bool
        The mode to check. False for a network with dropout, which is another function in each forward pass.
    samples : int
        How many numbers of each array to move; every one costs two forward passes. All where the array has fewer.
    step : float
        How far to move them.

    Returns
    -------
    dict of str to float
        For "x" and each parameter the largest difference found, over the largest gradient of the array (over 0.001 if
        that is smaller: next to nothing counts as nothing). Below 1e-6 is right; 0.01 and more is a mistake. In
        between, a ReLU or max-pooling may stand at a kink, where the loss has no slope: try another `x`.

    Raises
    ------
    TypeError, ValueError
        For arrays that are not float64, and for a gradient that is missing or has not the shape of its array.

    Examples
    --------
    >>> from cnnbook.nn import Linear, Sequential, Tanh
    >>> rng = np.random.default_rng(0)
    >>> network = Sequential(Linear(3, 2, rng=rng, dtype=np.float64), Tanh())
    >>> errors = gradient_check(network, rng.standard_normal((4, 3)), rng=rng)
    >>> list(errors), max(errors.values()) < 1e-6
    (['x', '0.weight', '0.bias'], True)
    """
    a_layer("network", network)
    generator("rng", rng)
    samples, training, step = integer("samples", samples, 1), flag("training", training), number("step", step, 1e-12, 1)
    x = np.array(x)
    if x.size == 0:
        raise ValueError(f"x has shape {x.shape}, no number to move: give two or three images")
    arrays = {"x": x, **network.parameters}
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise TypeError(f"{name} has dtype {array.dtype}, but differences need float64: use dtype=numpy.float64")

    weights = rng.standard_normal(network.forward(x, training=training).shape)
    grads = {"x": network.backward(weights), **network.gradients}
    for name, array in arrays.items():
        found = np.shape(grads.get(name))
        if name not in grads or found != array.shape:
            told = f"has shape {found}" if name in grads else "is missing"
            raise ValueError(f"the gradient of {name} {told}: backward must give one of shape {array.shape}")

    def loss():
        return np.sum(weights * network.forward(x, training=training))

    return {name: _largest_error(loss, array, grads[name], rng, samples, step) for name, array in arrays.items()}


def _largest_error(loss, array, grad, rng, samples, step):
    errors = []
    for index in rng.choice(array.size, min(samples, array.size), replace=False):
        at = np.unravel_index(index, array.shape)
        here = array[at]
        array[at] = here + step
        above = loss()
        array[at] = here - step
        below = loss()
        array[at] = here
        errors.append(abs((above - below) / (2 * step) - grad[at]))
    return float(np.max(errors) / np.maximum(np.abs(grad).max(), 1e-3))  # unlike max, these never lose a NaN
