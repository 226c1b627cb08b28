"""Sigmoid: an S-curve from 0 to 1."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import floats, gradient


def sigmoid(x: NDArray[Float]) -> NDArray[Float]:
    """Logistic function, number by number: ``1 / (1 + exp(-x))``.

    For x < 0 that is computed as ``exp(x) / (1 + exp(x))``, so that no exponential is above 1 and none overflows.

    Parameters
    ----------
    x : ndarray
        float32 or float64, of any shape.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `x`.

    Raises
    ------
    TypeError
        For anything but such an array.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature, 1986, equation 2.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, np.log(3)]))
    array([0.  , 0.5 , 0.75])
    """
    floats("x", x)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def sigmoid_backward(grad_output: NDArray[Float], x: NDArray[Float]) -> tuple[NDArray[Float]]:
    """Gradient of :func:`sigmoid`, whose slope is ``sigmoid(x) * sigmoid(-x)``: at most 1/4, next to nothing beyond 6.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x : ndarray
        As in :func:`sigmoid`: the input, not the output.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`sigmoid`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> sigmoid_backward(np.array([16.0, 16.0, 16.0]), np.array([-1000.0, 0.0, np.log(3)]))[0]
    array([0., 4., 3.])
    """
    floats("x", x)
    gradient(grad_output, x.shape, x)
    small = np.exp(-np.abs(x))  # the slope is the same on both sides of 0
    return (grad_output * small / (1 + small) ** 2,)
