"""Max pooling: the largest number in each window.

`max_pool2d_direct` says what that means, one window after the other; `max_pool2d` is the fast form (`_pooling.py` says
how). The gradient of a maximum goes to one pixel, the first that holds it: `max_pool2d_with_index` says which one. That
search is most of the work of `max_pool2d_backward`; PyTorch does it in the forward pass, always, and keeps the result,
as `cnnbook.nn.MaxPool2d` does.
"""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray, Pad, Size
from .._validate import array, got, gradient, per_axis, shape
from ._pooling import padded_blocks, reduce_windows, windows


def max_pool2d(
    x: NDArray[Float], kernel: Size, *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False
) -> NDArray[Float]:
    """Largest number in each window.

    ``output[n, c, i, j] = max of x[n, c, i * sH - pH + a, j * sW - pW + b]`` over a < kH and b < kW, as far as they lie
    in the image: padding never wins. NaN does, as in PyTorch: a window that holds one gives NaN.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        float32 or float64.
    kernel, stride, padding : int or tuple
        Window size; step between windows, by default the kernel, so that they do not overlap; pixels added on each
        side, at most half the kernel, read as :class:`cnnbook.arithmetic.Padding` says.
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
    Jarrett et al., "What is the best multi-stage architecture for object recognition?", ICCV 2009.

    Examples
    --------
    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> max_pool2d(x, (3, 2), stride=2)
    array([[[[15., 17., 19.],
             [29., 31., 33.]]]])
    """
    where = windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    return reduce_windows(np.maximum, x, where, fill=-np.inf)


def max_pool2d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], kernel: Size,
    *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False,
) -> tuple[NDArray[Float]]:  # fmt: skip
    """Gradient of :func:`max_pool2d`: each window sends its gradient to the first pixel that holds its maximum.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the output.
    x, kernel, stride, padding, ceil_mode
        As in :func:`max_pool2d`.

    Returns
    -------
    (grad_x,) : tuple of ndarray of shape (N, C, H, W)
        A pixel that wins in several windows gets the sum.

    Raises
    ------
    TypeError, ValueError
        As :func:`max_pool2d`, and for a gradient of another shape or dtype than the output.

    Examples
    --------
    Two windows of 3x2; the second holds its maximum 4 twice, in its first row and in its last:

    >>> x = np.array([[[[1.0, 2.0, 0.0, 4.0], [8.0, 3.0, 1.0, 1.0], [5.0, 8.0, 4.0, 0.0]]]])
    >>> max_pool2d(x, (3, 2))
    array([[[[8., 4.]]]])
    >>> max_pool2d_backward(np.array([[[[10.0, 20.0]]]]), x, (3, 2))[0]
    array([[[[ 0.,  0.,  0., 20.],
             [10.,  0.,  0.,  0.],
             [ 0.,  0.,  0.,  0.]]]])
    """
    where = windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    gradient(grad_output, (*x.shape[:2], *where.output), x)
    return (_scatter(grad_output, _search(x, where)[1], x.shape),)


def max_pool2d_direct(
    x: NDArray[Float], kernel: Size, *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False
) -> NDArray[Float]:
    """The same function as :func:`max_pool2d`, one window after the other.

    >>> max_pool2d_direct(np.arange(35.0).reshape(1, 1, 5, 7), (3, 2), stride=2)
    array([[[[15., 17., 19.],
             [29., 31., 33.]]]])
    """
    where = windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    output = np.empty((*x.shape[:2], *where.output), x.dtype)
    for i, j in np.ndindex(where.output):
        rows, cols = where.pixels(i, j)
        output[:, :, i, j] = x[:, :, rows, cols].max(axis=(2, 3))
    return output


def max_pool2d_direct_backward(
    grad_output: NDArray[Float], x: NDArray[Float], kernel: Size,
    *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False,
) -> tuple[NDArray[Float]]:  # fmt: skip
    """The same function as :func:`max_pool2d_backward`, one window after the other.

    >>> x = np.array([[[[1.0, 2.0, 0.0, 4.0], [8.0, 3.0, 1.0, 1.0], [5.0, 8.0, 4.0, 0.0]]]])
    >>> max_pool2d_direct_backward(np.array([[[[10.0, 20.0]]]]), x, (3, 2))[0]
    array([[[[ 0.,  0.,  0., 20.],
             [10.,  0.,  0.,  0.],
             [ 0.,  0.,  0.,  0.]]]])
    """
    where = windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    gradient(grad_output, (*x.shape[:2], *where.output), x)
    grad_x = np.zeros(x.shape, x.dtype)
    for n, c, i, j in np.ndindex(grad_output.shape):
        rows, cols = where.pixels(i, j)
        window = x[n, c, rows, cols]
        _, place = _largest(window.reshape(-1), axis=0)
        grad_x[n, c, rows, cols][np.unravel_index(place, window.shape)] += grad_output[n, c, i, j]
    return (grad_x,)


def max_pool2d_with_index(x, kernel, *, stride=None, padding=0, ceil_mode=False):
    """:func:`max_pool2d`, and where each maximum stands: its position in its plane, ``row * W + column``.

    The first one in reading order where several are equal, and the last NaN where there are any: PyTorch's choices, and
    its ``return_indices``.

    Parameters
    ----------
    x, kernel, stride, padding, ceil_mode
        As in :func:`max_pool2d`.

    Returns
    -------
    output : ndarray of shape (N, C, H_out, W_out)
    index : ndarray of int64, of the same shape

    Raises
    ------
    TypeError, ValueError
        As :func:`max_pool2d`.

    Examples
    --------
    >>> output, index = max_pool2d_with_index(10 * np.arange(35.0).reshape(1, 1, 5, 7), (3, 2), stride=2)
    >>> output
    array([[[[150., 170., 190.],
             [290., 310., 330.]]]])
    >>> index
    array([[[[15, 17, 19],
             [29, 31, 33]]]])
    """
    return _search(x, windows(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode))


def max_pool2d_argmax(x, kernel, *, stride=None, padding=0, ceil_mode=False):
    """The index of :func:`max_pool2d_with_index` alone.

    >>> max_pool2d_argmax(np.arange(35.0).reshape(1, 1, 5, 7), (3, 2), stride=2)
    array([[[[15, 17, 19],
             [29, 31, 33]]]])
    """
    return max_pool2d_with_index(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)[1]


def max_pool2d_scatter(grad_output, index, input_shape):
    """Second half of :func:`max_pool2d_backward`, for a network that has kept the index from its forward pass.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, H_out, W_out)
    index : ndarray of int64, of the same shape
        From :func:`max_pool2d_with_index`.
    input_shape : tuple of int
        (N, C, H, W).

    Returns
    -------
    ndarray of shape (N, C, H, W)
        The gradient with respect to the input.

    Raises
    ------
    TypeError, ValueError
        For a gradient and an index that do not fit together, and for an index outside of such an input.

    Examples
    --------
    >>> max_pool2d_scatter(np.array([[[[10.0, 20.0]]]]), np.array([[[[4, 2]]]]), (1, 1, 2, 3))
    array([[[[ 0.,  0., 20.],
             [ 0., 10.,  0.]]]])
    """
    _check_index(grad_output, index, input_shape)
    return _scatter(grad_output, index, input_shape)


def _scatter(grad_output, index, input_shape):
    N, C, H, W = input_shape
    planes = H * W * np.arange(N * C).reshape(N, C, 1, 1)  # where each plane starts
    grad_x = np.zeros(N * C * H * W, grad_output.dtype)
    # add.at, not grad_x[...] += ...: where windows overlap, an index stands there twice and both must count.
    np.add.at(grad_x, (planes + index).reshape(-1), grad_output.reshape(-1))
    return grad_x.reshape(input_shape)


def _check_index(grad_output, index, input_shape):
    array("grad_output", grad_output, 4, axes="N, C, H_out, W_out")
    if type(index) is not np.ndarray or not np.issubdtype(index.dtype, np.integer):
        raise TypeError(f"index must be a NumPy array of integers, {got(index)}: use max_pool2d_with_index's")
    shape("grad_output", grad_output, index.shape, "the shape of index")
    N, C, H, W = per_axis("input_shape", input_shape, 4, 0)
    shape("index", index, (N, C, *index.shape[2:]), f"N and C of input_shape {(N, C, H, W)}")
    # Read without its sign, a negative number is a huge one: one pass finds both.
    if index.size and index.astype(np.int64, copy=False).view(np.uint64).max() >= H * W:
        raise ValueError(
            f"index goes from {index.min()} to {index.max()}, but the planes of input_shape "
            f"{(N, C, H, W)} have pixels 0 to {H * W - 1}: use max_pool2d_with_index's"
        )


def _search(x, where):
    """Largest number of each window, and its position in its plane."""
    N, C, _, W = x.shape
    kH, kW = where.kernel
    tops, lefts = where.starts
    start = tops[:, None] * W + lefts  # (H_out, W_out): position of each window's first pixel
    first = np.maximum(tops, 0)[:, None] * W + np.maximum(lefts, 0)  # of its first pixel that is not padding
    offsets = (np.arange(kH)[:, None] * W + np.arange(kW)).reshape(-1)  # of each pixel in a window

    none = np.zeros((), np.min_scalar_type(kH * kW))
    output, index = np.empty((N * C, *where.output), x.dtype), np.empty((N * C, *where.output), np.int64)
    for block, planes in padded_blocks(x, where, fill=-np.inf):
        # Across, then down: the first of the largest rows, and in it the first of the largest pixels.
        row_maxima, columns = _maxima(planes, np.broadcast_to(none, planes.shape), where, axis=2)
        output[block], winner = _maxima(row_maxima, columns, where, axis=1)
        # A window of -inf alone has no winner above the padding; its index is its first pixel.
        np.maximum(start + offsets[winner], first, out=index[block])
    return output.reshape(N, C, *where.output), index.reshape(N, C, *where.output)


def _maxima(planes, columns, where, axis):
    """Largest number in each window along an axis, and its number in the kernel, from 0 to kH * kW - 1.

    Down the rows, axis 1, each row adds kW to `columns`, the numbers of its largest pixels; across, these are 0.
    """
    sizes = list(planes.shape)
    sizes[axis] = where.output[axis - 1]
    best = np.full(sizes, -np.inf, planes.dtype)
    winner = np.zeros(sizes, columns.dtype)
    step = winner.dtype.type(where.kernel[1] if axis == 1 else 1)
    turns = zip(where.turns(planes, axis), where.turns(columns, axis), strict=True)
    if not where.by_number(axis):
        for (window, at), (column, _) in turns:
            best[at], place = _largest(window, axis)
            winner[at] = np.take_along_axis(column, place, axis) + place * step
        return best, winner

    numbers, any_nan = np.empty_like(best), np.isnan(planes).any()
    for number, ((strided, _), (column, _)) in enumerate(turns):
        np.copyto(numbers, strided)  # a dense copy: the passes over it cost less than those over the strided view
        better = numbers > best
        if any_nan:
            better |= np.isnan(numbers)
        np.maximum(best, numbers, out=best)
        # Where better, the winner is this one, which is above all before it.
        np.maximum(winner, better.view(np.uint8) * (column + winner.dtype.type(number) * step), out=winner)
    return best, winner


def _largest(window, axis):
    """Largest number along `axis`, and where it stands: the first of equal ones, but the last NaN, as in PyTorch."""
    place = window.argmax(axis, keepdims=True)
    best = np.take_along_axis(window, place, axis)
    nan = np.isnan(best)
    if nan.any():
        from_behind = np.isnan(np.flip(window, axis)).argmax(axis, keepdims=True)
        place = np.where(nan, window.shape[axis] - 1 - from_behind, place)
    return best, place
