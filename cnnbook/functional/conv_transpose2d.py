"""Transposed 2-D convolution: each input pixel is spread over a window of a larger output. Fast, and as textbook loops.

It goes the way of :func:`conv2d` backwards, from output size to input size, and is the transpose of the same matrix.
It is not the inverse: sizes come back, values do not. "Deconvolution" is a misleading name for it.
"""

from __future__ import annotations

import numpy as np

from .._types import Float, Gradients, NDArray, Pad, Size
from .._validate import array, gradient, integer, pair, same_dtype, shape
from ..arithmetic import Geometry, transposed_output_size
from ._check import possible
from ._convolve import columns_of, input_gradient
from ._sums import channel_total
from ._windows import pad, unpad, window_at


def conv_transpose2d(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1,
) -> NDArray[Float]:  # fmt: skip
    """Spread images with filters: each pixel adds ``pixel * weight`` to the window that it owns in the output.

    This is exactly what the backward pass of :func:`conv2d` does with the gradient of its output, and it is computed by
    the same function here.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
        float32 or float64, not changed.
    weight : ndarray of shape (C_in, C_out // groups, kH, kW)
        Channels in first: it is the weight of the convolution from C_out to C_in channels which is transposed.
    bias : ndarray of shape (C_out,), optional
    stride, padding, output_padding, dilation : int or tuple
        As in :func:`cnnbook.arithmetic.transposed_output_size`, for (H, W): `stride` is the distance between the
        windows of neighbouring pixels, `padding` cuts off the rim of the output.
    groups : int
        As in :func:`conv2d`.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)
        Of the dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        For arrays that are not float32 or float64 or do not agree, and for options out of range.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.

    Examples
    --------
    With stride 2 and a kernel of three rows and two columns, rows overlap and columns just touch:

    >>> x = np.ones((1, 1, 5, 7))
    >>> out = conv_transpose2d(x, np.ones((1, 1, 3, 2)), stride=2)
    >>> out.shape
    (1, 1, 11, 14)
    >>> out[0, 0, :, 0]
    array([1., 1., 2., 1., 2., 1., 2., 1., 2., 1., 1.])
    """
    where = _check(x, weight, bias, stride, padding, output_padding, groups, dilation)
    out = input_gradient(x, weight, where)
    if bias is not None:
        out += bias[:, None, None]
    return out


def conv_transpose2d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1,
) -> Gradients[Float]:  # fmt: skip
    """Gradients of :func:`conv_transpose2d`, from the gradient of the loss with respect to its output.

    The roles of input and output are exchanged: the gradient of `x` is an ordinary convolution of `grad_output`, and a
    weight gets the sum of ``x * grad_output`` over all windows of the output.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out, H_out, W_out)
    x, weight, bias, stride, padding, output_padding, groups, dilation
        As :func:`conv_transpose2d` took them.

    Returns
    -------
    grad_x, grad_weight, grad_bias : tuple of ndarray
        With the shapes of `x`, `weight` and `bias`; `grad_bias` is None where there is no bias.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv_transpose2d`, and for a `grad_output` that has not the shape and dtype of the output.

    Examples
    --------
    >>> x, weight = np.ones((1, 1, 5, 7)), np.arange(6.0).reshape(1, 1, 3, 2)
    >>> conv_transpose2d_backward(np.ones((1, 1, 11, 14)), x, weight, stride=2)[0][0, 0, 0]
    array([15., 15., 15., 15., 15., 15., 15.])
    """
    where = _check(x, weight, bias, stride, padding, output_padding, groups, dilation)
    gradient(grad_output, (len(x), weight.shape[1] * groups, *where.size), x)
    N, C_in, H, W = x.shape
    pixels = x.reshape(N, groups, C_in // groups, H * W)
    matrix = np.ascontiguousarray(weight).reshape(groups, C_in // groups, -1)
    grad_x, grad_matrix = np.empty(pixels.shape, x.dtype), np.zeros(matrix.shape, x.dtype)
    for n, group, at, columns in columns_of(grad_output, where, (H, W)):  # both products need them: made once
        np.matmul(matrix[group], columns, out=grad_x[n, group, :, at])
        grad_matrix[group] += pixels[n, group, :, at] @ columns.swapaxes(1, 2)
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x.reshape(x.shape), grad_matrix.reshape(weight.shape), grad_bias


def conv_transpose2d_direct(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1,
) -> NDArray[Float]:  # fmt: skip
    """:func:`conv_transpose2d` as loops: the definition, one input pixel at a time. Slow.

    Examples
    --------
    >>> out = conv_transpose2d_direct(np.ones((1, 1, 5, 7)), np.ones((1, 1, 3, 2)), stride=2)
    >>> out[0, 0, :, 0]
    array([1., 1., 2., 1., 2., 1., 2., 1., 2., 1., 1.])
    """
    where = _check(x, weight, bias, stride, padding, output_padding, groups, dilation)
    full = np.zeros((len(x), weight.shape[1] * groups, *where.padded), x.dtype)
    for n, c, i, j in np.ndindex(x.shape):
        full[n][window_at(c, i, j, weight, where)] += x[n, c, i, j] * weight[c]
    out = unpad(full, where.padding).copy()
    if bias is not None:
        out += bias[:, None, None]
    return out


def conv_transpose2d_direct_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1,
) -> Gradients[Float]:  # fmt: skip
    """:func:`conv_transpose2d_backward` as loops: each input pixel looks at the window that it was spread over.

    Examples
    --------
    >>> x, weight = np.ones((1, 1, 5, 7)), np.arange(6.0).reshape(1, 1, 3, 2)
    >>> conv_transpose2d_direct_backward(np.ones((1, 1, 11, 14)), x, weight, stride=2)[0][0, 0, 0]
    array([15., 15., 15., 15., 15., 15., 15.])
    """
    where = _check(x, weight, bias, stride, padding, output_padding, groups, dilation)
    gradient(grad_output, (len(x), weight.shape[1] * groups, *where.size), x)
    full = pad(grad_output, where.padding)  # what was cut off had no influence on the loss
    grad_x, grad_weight = np.empty_like(x), np.zeros_like(weight)
    for n, c, i, j in np.ndindex(x.shape):
        window = full[n][window_at(c, i, j, weight, where)]
        grad_x[n, c, i, j] = np.sum(window * weight[c])
        grad_weight[c] += window * x[n, c, i, j]
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x, grad_weight, grad_bias


def _check(x, weight, bias, stride, padding, output_padding, groups, dilation):
    """Check the arguments, and return the `Geometry` of the convolution that is transposed: its input is the output."""
    array("x", x, 4, axes="N, C_in, H, W")
    array("weight", weight, 4, axes="C_in, C_out // groups, kH, kW")
    if bias is not None:
        array("bias", bias, 1, axes="C_out")
    same_dtype(x=x, weight=weight, bias=bias)
    groups = integer("groups", groups, 1)
    C_in, per_group = weight.shape[:2]
    if x.shape[1] != C_in:
        raise ValueError(
            f"weight has shape {weight.shape}, so it takes {C_in} channels, but x has {x.shape[1]}: "
            f"use a weight of shape {(x.shape[1], *weight.shape[1:])} (C_in comes first in a transposed convolution)"
        )
    if C_in % groups:
        raise ValueError(f"groups {groups} does not divide C_in {C_in}: use a divisor of {C_in}")
    if bias is not None:
        shape("bias", bias, (per_group * groups,), "one number an output channel")
    stride, dilation = pair("stride", stride, 1), pair("dilation", dilation, 1)
    output = transposed_output_size(
        x.shape[2:], weight.shape[2:], stride=stride, padding=padding, dilation=dilation,
        output_padding=pair("output_padding", output_padding, 0),
    )  # fmt: skip
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return possible(Geometry(output, weight.shape[2:], **options))
