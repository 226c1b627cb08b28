"""ReLU: negative numbers become zero."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import floats, gradient


def relu(x: NDArray[Float]) -> NDArray[Float]:
    """Rectified linear unit: ``max(x, 0)``, number by number.

    Parameters
    ----------
    x : ndarray
        float32 or float64, of any shape.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `x`. NaN stays NaN.

    Raises
    ------
    TypeError
        For anything but such an array.

    References
    ----------
    Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    floats("x", x)
    return np.maximum(x, 0)


def relu_backward(grad_output: NDArray[Float], x: NDArray[Float]) -> tuple[NDArray[Float]]:
    """Gradient of :func:`relu`: passes where ``x > 0``, stops elsewhere. At 0, where there is no slope, it counts as 0.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x : ndarray
        As in :func:`relu`.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`relu`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 6.0, 7.0]), np.array([-2.0, 0.0, 3.0]))[0]
    array([0., 0., 7.])
    """
    floats("x", x)
    gradient(grad_output, x.shape, x)
    return (np.where(x <= 0, 0, grad_output),)  # "not x > 0" would stop it at a NaN, and hide that
