"""Fully connected layer: every output is a weighted sum of every input."""

from __future__ import annotations

import numpy as np

from .._types import Float, Gradients, NDArray
from .._validate import array, gradient, same_dtype, shape
from ._sums import channel_total


def linear(x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None) -> NDArray[Float]:
    """Fully connected layer: ``x @ weight.T + bias``.

    Parameters
    ----------
    x : ndarray of shape (N, C_in)
        float32 or float64. Images are flattened first: ``x.reshape(len(x), -1)``.
    weight : ndarray of shape (C_out, C_in)
    bias : ndarray of shape (C_out,), optional

    Returns
    -------
    ndarray of shape (N, C_out)

    Raises
    ------
    TypeError, ValueError
        For anything but such arrays, all of one dtype, and for shapes that do not fit together.

    Examples
    --------
    >>> import numpy as np
    >>> weight = np.array([[1.0, 0.0, 0.0], [1.0, 10.0, 100.0]])
    >>> linear(np.array([[1.0, 2.0, 3.0]]), weight, np.array([0.5, 0.0]))
    array([[  1.5, 321. ]])
    """
    _check(x, weight, bias)
    output = x @ weight.T  # (N, C_out)
    if bias is not None:
        output += bias
    return output


def linear_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None
) -> Gradients[Float]:
    """Gradients of :func:`linear`.

    ``grad_x = grad_output @ weight``, ``grad_weight = grad_output.T @ x``, and the bias, which is added to every image,
    gets the sum over the images.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out)
        Gradient of the loss with respect to the output.
    x, weight, bias
        As in :func:`linear`.

    Returns
    -------
    (grad_x, grad_weight, grad_bias) : tuple of ndarray
        Each of the shape of its array; None for an absent bias.

    Raises
    ------
    TypeError, ValueError
        As :func:`linear`, and for a gradient of another shape or dtype than the output.

    Examples
    --------
    >>> import numpy as np
    >>> x, weight = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 0.0, 0.0], [1.0, 10.0, 100.0]])
    >>> grad_x, grad_weight, grad_bias = linear_backward(np.array([[1.0, 2.0]]), x, weight, np.zeros(2))
    >>> grad_x
    array([[  3.,  20., 200.]])
    >>> grad_weight
    array([[1., 2., 3.],
           [2., 4., 6.]])
    >>> grad_bias
    array([1., 2.])
    """
    _check(x, weight, bias)
    gradient(grad_output, (len(x), len(weight)), x)
    grad_bias = None if bias is None else channel_total(grad_output)
    # No gaps in memory: with them, NumPy before 2.3 adds up one number after the other and loses digits.
    grad_weight = np.ascontiguousarray(grad_output).T @ np.ascontiguousarray(x)  # (C_out, C_in)
    return grad_output @ weight, grad_weight, grad_bias


def _check(x, weight, bias):
    array("weight", weight, 2, axes="C_out, C_in")
    array("x", x, 2, axes="N, C_in")
    shape("x", x, (len(x), weight.shape[1]), "one number for each column of weight")
    if bias is not None:
        array("bias", bias, 1, axes="C_out")
        shape("bias", bias, weight.shape[:1], "one number for each row of weight")
    same_dtype(x=x, weight=weight, bias=bias)
