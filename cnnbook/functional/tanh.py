"""Hyperbolic tangent: an S-curve from -1 to 1, and LeNet's activation."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import floats, gradient


def tanh(x: NDArray[Float]) -> NDArray[Float]:
    """Hyperbolic tangent, number by number: ``(e^x - e^-x) / (e^x + e^-x)``, in a form that does not overflow.

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
    LeCun et al., "Efficient BackProp", 1998, section 4.4: why a sigmoid should be symmetric about 0.

    Examples
    --------
    >>> tanh(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([-1.   ,  0.   ,  0.762])
    """
    floats("x", x)
    return np.tanh(x)


def tanh_backward(grad_output: NDArray[Float], x: NDArray[Float]) -> tuple[NDArray[Float]]:
    """Gradient of :func:`tanh`, whose slope is ``1 - tanh(x)^2``: 1 at 0, next to nothing beyond 3.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x : ndarray
        As in :func:`tanh`: the input, not the output.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`tanh`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> tanh_backward(np.array([1.0, 1.0, 10.0]), np.array([-1000.0, 0.0, 1.0]))[0].round(3)
    array([0. , 1. , 4.2])
    """
    floats("x", x)
    gradient(grad_output, x.shape, x)
    return (grad_output * (1 - np.tanh(x) ** 2),)
