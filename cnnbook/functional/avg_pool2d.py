"""Average pooling: the mean of each window, and of a whole plane."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray, Pad, Size
from .._validate import array, gradient
from ._pooling import reduce_windows, windows
from ._sums import mean


def avg_pool2d(
    x: NDArray[Float], kernel: Size, *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False
) -> NDArray[Float]:
    """Mean of the numbers in each window; padding counts, as zeros.

    The sum over a window is divided by ``kH * kW``. Only where a last window hangs over the end of the padded input
    (`ceil_mode`), the pixels beyond it do not count: PyTorch's rule with ``count_include_pad=True``.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        float32 or float64.
    kernel, stride, padding : int or tuple
        Window size; step between windows, by default the kernel, so that they do not overlap; zeros added on each side,
        at most half the kernel, read as :class:`cnnbook.arithmetic.Padding` says.
    ceil_mode : bool
        Round the output size up: a last window may hang over the end. See :func:`cnnbook.arithmetic.output_size`.

    Returns
    -------
    ndarray of shape (N, C, H_out, W_out)
        A new array of the dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        For anything but such an array, for sizes that are not integers or too small, for a padding above half the
        kernel, and for a kernel that does not fit.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the IEEE, 1998: LeNet's
    subsampling is this, times a learned number, plus another.

    Examples
    --------
    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> avg_pool2d(x, (3, 2), stride=2)
    array([[[[ 7.5,  9.5, 11.5],
             [21.5, 23.5, 25.5]]]])

    With `ceil_mode` a fourth window hangs over the right edge; what it sees is one column, and it divides by 3 pixels:

    >>> avg_pool2d(x, (3, 2), stride=2, ceil_mode=True)
    array([[[[ 7.5,  9.5, 11.5, 13. ],
             [21.5, 23.5, 25.5, 27. ]]]])
    """
    where = windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    output = reduce_windows(np.add, x, where, fill=0)
    output /= _pixels(where, x.dtype)
    return output


def avg_pool2d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], kernel: Size,
    *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False,
) -> tuple[NDArray[Float]]:  # fmt: skip
    """Gradient of :func:`avg_pool2d`: each window gives every one of its pixels an equal share.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, kernel, stride, padding, ceil_mode
        As in :func:`avg_pool2d`. Of `x` only shape and dtype matter.

    Returns
    -------
    (grad_x,) : tuple of ndarray of shape (N, C, H, W)
        A pixel that lies in several windows gets the sum.

    Raises
    ------
    TypeError, ValueError
        As :func:`avg_pool2d`, and for a gradient of another shape or dtype than the output.

    Examples
    --------
    Windows of 3x2 at columns 0 and 1: column 1 lies in both.

    >>> avg_pool2d_backward(np.array([[[[6.0, 12.0]]]]), np.zeros((1, 1, 3, 3)), (3, 2), stride=1)[0]
    array([[[[1., 3., 2.],
             [1., 3., 2.],
             [1., 3., 2.]]]])
    """
    where = windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    gradient(grad_output, (*x.shape[:2], *where.output), x)
    N, C, H, W = x.shape
    H_out, W_out = where.output
    grads, pixels = grad_output.reshape(N * C, H_out, W_out), _pixels(where, x.dtype)
    grad_x = np.zeros((N * C, H, W), x.dtype)
    padded_part, image_part = where.overlap
    # The two steps of the forward pass in reverse: across, then down.
    for block in where.blocks(N * C, x.itemsize):
        share = grads[block] / pixels
        rows = np.zeros((len(share), H_out, where.reach[1]), x.dtype)
        for numbers, at in where.turns(rows, axis=2):
            numbers += share[at]
        padded = np.zeros((len(share), *where.reach), x.dtype)
        for numbers, at in where.turns(padded, axis=1):
            numbers += rows[at]
        grad_x[block][image_part] = padded[padded_part]
    return (grad_x.reshape(N, C, H, W),)


def _pixels(where, dtype):
    """Number of pixels that each window divides by, (H_out, W_out): up to the end of the padding, not beyond."""
    counts = [
        np.minimum(start + kernel, size + after) - start
        for start, kernel, size, (_, after) in zip(where.starts, where.kernel, where.size, where.padding, strict=True)
    ]
    return np.outer(*counts).astype(dtype)


def global_avg_pool2d(x: NDArray[Float]) -> NDArray[Float]:
    """Mean of each plane: one number a channel, whatever the size of the image.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        float32 or float64.

    Returns
    -------
    ndarray of shape (N, C)

    Raises
    ------
    TypeError, ValueError
        For anything but such an array.

    References
    ----------
    Lin, Chen and Yan, "Network in network", ICLR 2014, section 3.2.

    Examples
    --------
    >>> global_avg_pool2d(np.arange(70.0).reshape(1, 2, 5, 7))
    array([[17., 52.]])
    """
    array("x", x, 4, axes="N, C, H, W")
    return mean(x, (2, 3))


def global_avg_pool2d_backward(grad_output: NDArray[Float], x: NDArray[Float]) -> tuple[NDArray[Float]]:
    """Gradient of :func:`global_avg_pool2d`: every pixel of a plane gets the same share.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C)
        Gradient of the loss with respect to the output.
    x : ndarray of shape (N, C, H, W)
        As in :func:`global_avg_pool2d`. Only shape and dtype matter.

    Returns
    -------
    (grad_x,) : tuple of ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError, ValueError
        As :func:`global_avg_pool2d`, and for a gradient of another shape or dtype than the output.

    Examples
    --------
    >>> global_avg_pool2d_backward(np.array([[6.0]]), np.zeros((1, 1, 3, 2)))[0]
    array([[[[1., 1.],
             [1., 1.],
             [1., 1.]]]])
    """
    array("x", x, 4, axes="N, C, H, W")
    N, C, H, W = x.shape
    gradient(grad_output, (N, C), x)
    grad_x = np.empty(x.shape, x.dtype)
    grad_x[:] = (grad_output / (H * W))[:, :, None, None]
    return (grad_x,)
