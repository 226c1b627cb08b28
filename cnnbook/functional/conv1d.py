"""1-D convolution: a kernel slides along a sequence. It is :func:`conv2d` on images one pixel high."""

from __future__ import annotations

from .._types import Float, Gradients, NDArray, Pad, Size
from .._validate import gradient
from ._check import convolution
from ._convolve import convolve, input_gradient, weight_gradient
from ._sums import channel_total


def conv1d(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> NDArray[Float]:  # fmt: skip
    """Convolve sequences with filters: ``out[n, c, i] = sum(weight[c] * window(n, i)) + bias[c]``.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, L)
        Sequences of L numbers in each channel, float32 or float64, not changed.
    weight : ndarray of shape (C_out, C_in // groups, kL)
    bias : ndarray of shape (C_out,), optional
    stride, padding, dilation, groups : int
        As in :func:`conv2d`, along the one axis; as there is no other, `padding` can be a pair (before, after) too.

    Returns
    -------
    ndarray of shape (N, C_out, L_out)
        Of the dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv2d`.

    Examples
    --------
    Differences of neighbours two apart, in a sequence of seven numbers:

    >>> import numpy as np
    >>> x = np.array([0.0, 1, 4, 9, 16, 25, 36]).reshape(1, 1, 7)
    >>> conv1d(x, np.array([[[-1.0, 1]]]), dilation=2)
    array([[[ 4.,  8., 12., 16., 20.]]])
    """
    geometry = convolution(
        x, weight, bias, letters="L", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return convolve(x, weight, bias, geometry)


def conv1d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> Gradients[Float]:  # fmt: skip
    """Gradients of :func:`conv1d`, from the gradient of the loss with respect to its output.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out, L_out)
    x, weight, bias, stride, padding, dilation, groups
        As :func:`conv1d` took them.

    Returns
    -------
    grad_x, grad_weight, grad_bias : tuple of ndarray
        With the shapes of `x`, `weight` and `bias`; `grad_bias` is None where there is no bias.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv1d`, and for a `grad_output` that has not the shape and dtype of the output.

    Examples
    --------
    Each number of the sequence that lies in both kinds of places gets -1 + 1 = 0:

    >>> import numpy as np
    >>> x = np.array([0.0, 1, 4, 9, 16, 25, 36]).reshape(1, 1, 7)
    >>> conv1d_backward(np.ones((1, 1, 5)), x, np.array([[[-1.0, 1]]]), dilation=2)[0]
    array([[[-1., -1.,  0.,  0.,  0.,  1.,  1.]]])
    """
    geometry = convolution(
        x, weight, bias, letters="L", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    gradient(grad_output, (len(x), len(weight), *geometry.output), x)
    grad_x = input_gradient(grad_output, weight, geometry)
    grad_weight = weight_gradient(grad_output, x, weight.shape, geometry)
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x, grad_weight, grad_bias
