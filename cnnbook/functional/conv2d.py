"""2-D convolution three times: fast, as textbook loops, and as the textbook matrix product; each with its backward.

All three take the same arguments and give the same numbers. Read :func:`conv2d_direct` first: it is the definition.
"Convolution" is cross-correlation, as everywhere in deep learning: the kernel is not flipped.
"""

from __future__ import annotations

import numpy as np

from .._types import Float, Gradients, NDArray, Pad, Size
from .._validate import gradient
from ._check import convolution
from ._convolve import convolve, input_gradient, weight_gradient
from ._sums import channel_total
from ._windows import pad, unpad, window_at
from .im2col import col2im, im2col


def conv2d(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> NDArray[Float]:  # fmt: skip
    """Convolve images with filters: ``out[n, c, i, j] = sum(weight[c] * window(n, i, j)) + bias[c]``.

    It is the matrix product of :func:`conv2d_im2col`, made fast: the engine in ``_convolve.py`` makes the columns of a
    few output rows at a time, in one small workspace, so that they are still in the processor's cache when they are
    multiplied.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
        float32 or float64, not changed. NaN spreads to every output whose window holds one.
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
    bias : ndarray of shape (C_out,), optional
    stride, padding, dilation : int or tuple
        As in :func:`cnnbook.arithmetic.output_size`, for (H, W); the padding is zeros. The tuple ``(1, 2)`` pads rows
        by 1 and columns by 2 on both sides; for (before, after) see :class:`cnnbook.arithmetic.Padding`. Words are
        refused: for "same" padding hand over what :func:`cnnbook.arithmetic.same_padding` returns.
    groups : int
        Channels are cut into this many groups that do not see each other; ``groups=C_in`` is depthwise convolution.

    Returns
    -------
    ndarray of shape (N, C_out, H_out, W_out)
        Of the dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        For arrays that are not float32 or float64 or do not agree, and for options out of range.

    Notes
    -----
    Extra memory: one padded image where there is padding, and 1 MiB of columns (those of one output row, if more).

    Examples
    --------
    Five rows, seven columns, a kernel of three rows and two columns:

    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> weight = np.array([1.0, 0, 0, 0, 0, -1]).reshape(1, 1, 3, 2)     # upper left minus lower right
    >>> conv2d(x, weight).shape
    (1, 1, 3, 6)
    >>> conv2d(x, weight, padding=((1, 1), (0, 1))).shape                # a row above and below, a column on the right
    (1, 1, 5, 7)
    >>> conv2d(x, weight, stride=(1, 3))[0, 0]
    array([[-15., -15.],
           [-15., -15.],
           [-15., -15.]])
    """
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return convolve(x, weight, bias, geometry)


def conv2d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> Gradients[Float]:  # fmt: skip
    """Gradients of :func:`conv2d`, from the gradient of the loss with respect to its output.

    Each follows from ``out = sum(weight * window) + bias``: a weight gets the sum of ``grad_output * pixel`` over all
    windows, a pixel gets the sum of ``grad_output * weight`` over all windows that hold it, a bias gets the sum of
    `grad_output` over images and positions.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out, H_out, W_out)
    x, weight, bias, stride, padding, dilation, groups
        As :func:`conv2d` took them.

    Returns
    -------
    grad_x, grad_weight, grad_bias : tuple of ndarray
        With the shapes of `x`, `weight` and `bias`; `grad_bias` is None where there is no bias.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv2d`, and for a `grad_output` that has not the shape and dtype of the output.

    Examples
    --------
    The loss is the sum of the output, so the weight's gradient is the sum of the pixels that each weight met:

    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> weight = np.ones((1, 1, 3, 2))
    >>> grad_x, grad_weight, _ = conv2d_backward(np.ones((1, 1, 3, 6)), x, weight)
    >>> grad_weight[0, 0]
    array([[171., 189.],
           [297., 315.],
           [423., 441.]])
    >>> grad_x[0, 0, 0]                                   # in how many windows each pixel of the first row lies
    array([1., 2., 2., 2., 2., 2., 1.])
    """
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    gradient(grad_output, (len(x), len(weight), *geometry.output), x)
    grad_x = input_gradient(grad_output, weight, geometry)
    grad_weight = weight_gradient(grad_output, x, weight.shape, geometry)
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x, grad_weight, grad_bias


def conv2d_direct(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> NDArray[Float]:  # fmt: skip
    """:func:`conv2d` as loops: the definition, one output number at a time. Slow, over a thousand times.

    Examples
    --------
    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> weight = np.array([1.0, 0, 0, 0, 0, -1]).reshape(1, 1, 3, 2)
    >>> conv2d_direct(x, weight, stride=(1, 3))[0, 0]
    array([[-15., -15.],
           [-15., -15.],
           [-15., -15.]])
    """
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    N, C_out = len(x), len(weight)
    padded = pad(x, geometry.padding)
    out = np.empty((N, C_out, *geometry.output), x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        window = padded[n][window_at(c, i, j, weight, geometry)]  # (C_in // groups, kH, kW)
        out[n, c, i, j] = np.sum(window * weight[c])
        if bias is not None:
            out[n, c, i, j] += bias[c]
    return out


def conv2d_direct_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> Gradients[Float]:  # fmt: skip
    """:func:`conv2d_backward` as loops: each output number hands its gradient to what it was computed from.

    Examples
    --------
    >>> x, weight = np.arange(35.0).reshape(1, 1, 5, 7), np.ones((1, 1, 3, 2))
    >>> conv2d_direct_backward(np.ones((1, 1, 3, 6)), x, weight)[1][0, 0, 0]
    array([171., 189.])
    """
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    gradient(grad_output, (len(x), len(weight), *geometry.output), x)
    padded = pad(x, geometry.padding)
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    grad_bias = None if bias is None else np.zeros_like(bias)
    for n, c, i, j in np.ndindex(grad_output.shape):
        window = window_at(c, i, j, weight, geometry)
        grad_padded[n][window] += grad_output[n, c, i, j] * weight[c]
        grad_weight[c] += grad_output[n, c, i, j] * padded[n][window]
        if bias is not None:
            grad_bias[c] += grad_output[n, c, i, j]
    return unpad(grad_padded, geometry.padding).copy(), grad_weight, grad_bias


def conv2d_im2col(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> NDArray[Float]:  # fmt: skip
    """:func:`conv2d` as a matrix product: (positions, C * kH * kW) times (C * kH * kW, C_out), for each group.

    The price is memory: the matrix of :func:`im2col` holds each pixel up to kH * kW times.

    Examples
    --------
    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> weight = np.array([1.0, 0, 0, 0, 0, -1]).reshape(1, 1, 3, 2)
    >>> conv2d_im2col(x, weight, stride=(1, 3))[0, 0]
    array([[-15., -15.],
           [-15., -15.],
           [-15., -15.]])
    """
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    N, C_out, kernel = len(x), len(weight), weight.shape[2:]
    products = []
    for image, filters in zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=True):
        columns = im2col(image, kernel, stride=stride, padding=padding, dilation=dilation)
        products.append(columns @ filters.reshape(C_out // groups, -1).T)  # (N * H_out * W_out, C_out // groups)
    out = np.concatenate(products, axis=1)
    if bias is not None:
        out += bias
    return np.ascontiguousarray(out.reshape(N, *geometry.output, C_out).transpose(0, 3, 1, 2))


def conv2d_im2col_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> Gradients[Float]:  # fmt: skip
    """:func:`conv2d_backward` as matrix products: with ``out = columns @ matrix.T``, one product for each gradient.

    ``grad_matrix = grad_out.T @ columns`` and ``grad_columns = grad_out @ matrix``, which :func:`col2im` adds up to the
    gradient of the input.

    Examples
    --------
    >>> x, weight = np.arange(35.0).reshape(1, 1, 5, 7), np.ones((1, 1, 3, 2))
    >>> conv2d_im2col_backward(np.ones((1, 1, 3, 6)), x, weight)[1][0, 0, 0]
    array([171., 189.])
    """
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    gradient(grad_output, (len(x), len(weight), *geometry.output), x)
    C_out, kernel = len(weight), weight.shape[2:]
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    grad_out = grad_output.transpose(0, 2, 3, 1).reshape(-1, C_out)  # (N * H_out * W_out, C_out)
    grad_x, grad_weight = [], []
    for image, filters, grad in zip(
        np.split(x, groups, axis=1), np.split(weight, groups), np.split(grad_out, groups, axis=1), strict=True
    ):
        columns, matrix = im2col(image, kernel, **options), filters.reshape(C_out // groups, -1)
        grad_weight.append((grad.T @ columns).reshape(filters.shape))
        grad_x.append(col2im(grad @ matrix, image.shape, kernel, **options))
    grad_bias = None if bias is None else channel_total(grad_output)
    return np.concatenate(grad_x, axis=1), np.concatenate(grad_weight), grad_bias
