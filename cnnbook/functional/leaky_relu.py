"""Leaky ReLU: negative numbers become small instead of zero, so that a gradient still gets through."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import floats, gradient, number


def leaky_relu(x: NDArray[Float], *, negative_slope: float = 0.01) -> NDArray[Float]:
    """Leaky rectified linear unit: ``x`` where x > 0, ``negative_slope * x`` elsewhere, number by number.

    Parameters
    ----------
    x : ndarray
        float32 or float64, of any shape.
    negative_slope : float
        0 makes it a ReLU, 1 the identity.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        For anything but such an array, and for a slope that is not a number.

    References
    ----------
    Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]), negative_slope=0.25)
    array([-0.5,  0. ,  3. ])
    """
    floats("x", x)
    return np.where(x > 0, x, number("negative_slope", negative_slope) * x)


def leaky_relu_backward(
    grad_output: NDArray[Float], x: NDArray[Float], *, negative_slope: float = 0.01
) -> tuple[NDArray[Float]]:
    """Gradient of :func:`leaky_relu`: passes where ``x > 0``, is scaled by the slope elsewhere, at 0 too.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x, negative_slope
        As in :func:`leaky_relu`.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`leaky_relu`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> leaky_relu_backward(np.array([4.0, 4.0, 4.0]), np.array([-2.0, 0.0, 3.0]), negative_slope=0.25)[0]
    array([1., 1., 4.])
    """
    floats("x", x)
    gradient(grad_output, x.shape, x)
    return (np.where(x > 0, grad_output, number("negative_slope", negative_slope) * grad_output),)
