"""A convolution as a matrix product: im2col writes each window as a row of a matrix, col2im adds the rows back."""

from __future__ import annotations

from math import prod
from typing import Literal

import numpy as np

from .._types import Float, NDArray, Pad, Size
from .._validate import array, got, per_axis, shape
from ._check import geometry
from ._windows import pad, tap, unpad, windows

# For each layout: the axes that bring it to (N, C, H, W), those that bring it back, and those that bring windows
# (N, C, H_out, W_out, kH, kW) to rows.
_LAYOUTS = {
    "NCHW": ((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3, 1, 4, 5)),
    "NHWC": ((0, 3, 1, 2), (0, 2, 3, 1), (0, 2, 3, 4, 5, 1)),
}


def im2col(
    x: NDArray[Float], kernel: Size,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, layout: Literal["NCHW", "NHWC"] = "NCHW",
) -> NDArray[Float]:  # fmt: skip
    """Write each window of `x` as a row of a matrix: then ``im2col(x, …) @ weight.reshape(C_out, -1).T`` convolves.

    Rows are output positions, image by image, in reading order. A row holds the numbers of its window in the order in
    which memory holds them: C, kH, kW for NCHW and kH, kW, C for NHWC. A number that lies in several windows is copied
    into several rows, up to kH * kW of them: memory is the price of the matrix product.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), or (N, H, W, C) where `layout` is "NHWC"
        float32 or float64.
    kernel : int or tuple of int
        Kernel size (kH, kW), in pixels; an integer means a square kernel.
    stride, padding, dilation : int or tuple
        As in :func:`cnnbook.arithmetic.output_size`. Padding shows as zeros in the rows.
    layout : {"NCHW", "NHWC"}
        Order of the axes of `x`.

    Returns
    -------
    ndarray of shape (N * H_out * W_out, C * kH * kW)
        A new matrix.

    Raises
    ------
    TypeError, ValueError
        For anything but such arrays and options, and for a kernel that does not fit.

    References
    ----------
    Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.

    Examples
    --------
    Five rows, seven columns, a kernel of three rows and two columns: 3 x 6 windows of 6 numbers each.

    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> columns = im2col(x, (3, 2))
    >>> columns.shape
    (18, 6)
    >>> columns[1]
    array([ 1.,  2.,  8.,  9., 15., 16.])
    """
    to_nchw, _, to_rows = _layout(layout)
    array("x", x, 4, axes=", ".join(layout))
    x = x.transpose(to_nchw)
    N, C, H, W = x.shape
    where = geometry((H, W), kernel, stride=stride, padding=padding, dilation=dilation)
    (H_out, W_out), (kH, kW) = where.output, where.kernel
    seen = windows(pad(x, where.padding), where)  # (N, C, H_out, W_out, kH, kW)
    rows = np.array(seen.transpose(to_rows), order="C")  # the copy; all before were views
    return rows.reshape(N * H_out * W_out, C * kH * kW)


def col2im(
    columns: NDArray[Float], input_shape: tuple[int, ...], kernel: Size,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, layout: Literal["NCHW", "NHWC"] = "NCHW",
) -> NDArray[Float]:  # fmt: skip
    """Add each row of `columns` to the place its window came from: the transpose (adjoint) of :func:`im2col`.

    It is not the inverse: a pixel that lay in n windows comes back n times. That is what a backward pass needs, as the
    gradients of all copies of a number add up.

    Parameters
    ----------
    columns : ndarray of shape (N * H_out * W_out, C * kH * kW)
        As :func:`im2col` with the same options returns it.
    input_shape : tuple of int
        Shape of the image, in the order of `layout`.
    kernel, stride, padding, dilation, layout
        As in :func:`im2col`.

    Returns
    -------
    ndarray of shape `input_shape`
        What falls on the padding is dropped.

    Raises
    ------
    TypeError, ValueError
        As :func:`im2col`, and for `columns` that do not come from such an input.

    Examples
    --------
    In how many windows of three rows and two columns does each pixel lie?

    >>> x = np.ones((1, 1, 5, 7))
    >>> col2im(im2col(x, (3, 2)), x.shape, (3, 2))[0, 0]
    array([[1., 2., 2., 2., 2., 2., 1.],
           [2., 4., 4., 4., 4., 4., 2.],
           [3., 6., 6., 6., 6., 6., 3.],
           [2., 4., 4., 4., 4., 4., 2.],
           [1., 2., 2., 2., 2., 2., 1.]])
    """
    to_nchw, from_nchw, to_rows = _layout(layout)
    array("columns", columns, 2, axes="N * H_out * W_out, C * kH * kW")
    if not isinstance(input_shape, tuple | list):
        raise TypeError(f"input_shape must be a tuple, {got(input_shape)}: use ({', '.join(layout)})")
    input_shape = per_axis("input_shape", input_shape, 4, 0)
    N, C, H, W = (input_shape[axis] for axis in to_nchw)
    where = geometry((H, W), kernel, stride=stride, padding=padding, dilation=dilation)
    (H_out, W_out), (kH, kW) = where.output, where.kernel
    windows_shape = (N, C, H_out, W_out, kH, kW)
    rows_shape = tuple(windows_shape[axis] for axis in to_rows)
    expected = (N * H_out * W_out, prod(rows_shape[3:]))
    shape("columns", columns, expected, f"what input_shape {input_shape} and kernel {(kH, kW)} give")

    seen = columns.reshape(rows_shape).transpose(np.argsort(to_rows))  # (N, C, H_out, W_out, kH, kW)
    padded = np.zeros((N, C, *where.padded), columns.dtype)
    for i, j in np.ndindex(kH, kW):  # within one tap no two windows meet in a pixel, so += adds each number once
        padded[tap((i, j), where.output, where)] += seen[..., i, j]
    return np.array(unpad(padded, where.padding).transpose(from_nchw), order="C")


def _layout(layout):
    if not isinstance(layout, str) or layout not in _LAYOUTS:
        raise ValueError(f"layout {layout!r} is unknown: use 'NCHW' or 'NHWC'")
    return _LAYOUTS[layout]
