"""Softmax: scores become probabilities. And its logarithm, which keeps what softmax would round to zero."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import floats, gradient, integer
from ._sums import total


def softmax(x: NDArray[Float], *, axis: int = 1) -> NDArray[Float]:
    """Probabilities from scores: ``exp(x_i) / sum over j of exp(x_j)`` along `axis`.

    A number added to all scores changes nothing, so the largest is subtracted first: no exponential overflows then.

    Parameters
    ----------
    x : ndarray
        Scores ("logits"), float32 or float64, such as (N, number of classes). A score of -inf is a probability of 0.
    axis : int
        Along this axis the probabilities sum to 1.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `x`; NaN wherever a score along the axis is NaN or +inf, or all are -inf.

    Raises
    ------
    TypeError, ValueError
        For anything but such an array, and for an axis that it does not have.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    Examples
    --------
    >>> softmax(np.array([[0.0, np.log(3.0)], [1000.0, 0.0]]))
    array([[0.25, 0.75],
           [1.  , 0.  ]])
    """
    exponentials = _shifted(x, axis)
    np.exp(exponentials, out=exponentials)
    exponentials /= total(exponentials, axis, keepdims=True)
    return exponentials


def softmax_backward(grad_output: NDArray[Float], x: NDArray[Float], *, axis: int = 1) -> tuple[NDArray[Float]]:
    """Gradient of :func:`softmax`: ``y * (g - sum of g * y)`` for output y and its gradient g.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x, axis
        As in :func:`softmax`.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> softmax_backward(np.array([[1.0, 0.0]]), np.array([[0.0, np.log(3.0)]]))[0]
    array([[ 0.1875, -0.1875]])
    """
    y = softmax(x, axis=axis)
    gradient(grad_output, x.shape, x)
    return (y * (grad_output - total(grad_output * y, axis, keepdims=True)),)


def log_softmax(x: NDArray[Float], *, axis: int = 1) -> NDArray[Float]:
    """Logarithm of :func:`softmax`, exact where the probability itself is too small for a float.

    ``x_i - log(sum over j of exp(x_j))``, with the largest score subtracted first.

    Parameters
    ----------
    x, axis
        As in :func:`softmax`.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax`.

    Examples
    --------
    >>> log_softmax(np.array([[1000.0, 0.0]]))
    array([[    0., -1000.]])
    """
    logarithms = _shifted(x, axis)
    logarithms -= np.log(total(np.exp(logarithms), axis, keepdims=True))
    return logarithms


def log_softmax_backward(grad_output: NDArray[Float], x: NDArray[Float], *, axis: int = 1) -> tuple[NDArray[Float]]:
    """Gradient of :func:`log_softmax`: ``g - softmax(x) * sum of g``.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x, axis
        As in :func:`softmax`.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax`, and for a gradient of another shape or dtype than `x`.

    Examples
    --------
    >>> log_softmax_backward(np.array([[1.0, 0.0]]), np.array([[0.0, np.log(3.0)]]))[0]
    array([[ 0.75, -0.75]])
    """
    y = softmax(x, axis=axis)
    gradient(grad_output, x.shape, x)
    return (grad_output - y * total(grad_output, axis, keepdims=True),)


def _shifted(x, axis):
    """x minus its largest number along `axis`, as a new array."""
    floats("x", x)
    axis = integer("axis", axis, -x.ndim)
    if axis >= x.ndim:
        raise ValueError(f"axis {axis} does not exist in x of shape {x.shape}: use axis <= {x.ndim - 1}")
    if x.shape[axis] == 0:
        raise ValueError(f"x has shape {x.shape}, nothing along axis {axis}: use at least one score")
    with np.errstate(invalid="ignore", over="ignore"):  # inf - inf is NaN, and far below the largest is -inf: as meant
        return x - x.max(axis=axis, keepdims=True)
