"""ELU: like ReLU above zero, and below it a smooth curve that levels off at -alpha."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import floats, gradient, number


def elu(x: NDArray[Float], *, alpha: float = 1.0) -> NDArray[Float]:
    """Exponential linear unit: ``x`` where x > 0, ``alpha * (exp(x) - 1)`` elsewhere, number by number.

    Parameters
    ----------
    x : ndarray
        float32 or float64, of any shape.
    alpha : float
        Large negative numbers become -alpha. The curve has no kink at 0 only for alpha = 1.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        For anything but such an array, and for an alpha that is not a number.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units (ELUs)",
    ICLR 2016.

    Examples
    --------
    >>> elu(np.array([-1000.0, -np.log(2), 0.0, 3.0]), alpha=2.0)
    array([-2., -1.,  0.,  3.])
    """
    floats("x", x)
    below = np.expm1(np.minimum(x, 0))  # expm1(x) is exp(x) - 1, exact near 0 too; where x > 0 it could overflow
    return np.where(x > 0, x, number("alpha", alpha) * below)


def elu_backward(grad_output: NDArray[Float], x: NDArray[Float], *, alpha: float = 1.0) -> tuple[NDArray[Float]]:
    """Gradient of :func:`elu`, whose slope is 1 where ``x > 0`` and ``alpha * exp(x)`` elsewhere, so alpha at 0.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x, alpha
        As in :func:`elu`: the input, not the output.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`elu`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> elu_backward(np.full(4, 10.0), np.array([-1000.0, -np.log(2), 0.0, 3.0]), alpha=2.0)[0]
    array([ 0., 10., 20., 10.])
    """
    floats("x", x)
    gradient(grad_output, x.shape, x)
    slope = number("alpha", alpha) * np.exp(np.minimum(x, 0))
    return (np.where(x > 0, grad_output, grad_output * slope),)
