"""Deformable 2-D convolution: each number of the kernel looks where its offset points. Fast, and as textbook loops.

A convolution reads the pixels ``p0 + pn``, with ``pn`` over the grid of the kernel. A deformable one reads
``p0 + pn + offset``, where the offsets are learned and differ from position to position. They are no whole numbers, so
the image is read between its pixels: by bilinear interpolation, which mixes the four pixels around a point.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np

from .._types import Float, NDArray, Pad, Size
from .._validate import array, gradient, number, same_dtype, shape
from ._check import convolution
from ._sums import channel_total

_COLUMN_BYTES = 1 << 19  # columns made at a time: with what it takes to make them they stay in the processor's cache


def deform_conv2d(
    x: NDArray[Float], offset: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, mask: NDArray[Float] | None = None,
) -> NDArray[Float]:  # fmt: skip
    """Convolve images with filters whose numbers look where `offset` points.

    As in :func:`conv2d_im2col` there is a matrix of columns and one product with the filters; only the columns are not
    copied from the image but interpolated. The channels of a pixel are laid side by side for that, so that one index
    fetches them all.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
        float32 or float64, not changed. A NaN among the offsets makes its outputs NaN.
    offset : ndarray of shape (N, 2 * offset_groups * kH * kW, H_out, W_out)
        In pixels. For each group of channels and each number of the kernel, row by row, two planes: first how far down
        to look, then how far right. Points outside of the image read zeros.
    weight : ndarray of shape (C_out, C_in // groups, kH, kW)
        Its shape tells the number of groups, the shape of `offset` the number of offset groups.
    bias : ndarray of shape (C_out,), optional
    stride, padding, dilation : int or tuple
        As in :func:`conv2d`.
    mask : ndarray of shape (N, offset_groups * kH * kW, H_out, W_out), optional
        A factor for each point that is read (version 2 of the paper learns it too).

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
    Dai et al., "Deformable convolutional networks", ICCV 2017; Zhu et al., "Deformable ConvNets v2", CVPR 2019 (mask).
    The layout is that of ``torchvision.ops.deform_conv2d``.

    Examples
    --------
    A kernel of one number that looks one and a half pixels to the right, in five rows and seven columns:

    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> offset = np.zeros((1, 2, 5, 7))
    >>> offset[:, 1] = 1.5
    >>> deform_conv2d(x, offset, np.ones((1, 1, 1, 1)))[0, 0, 1]        # the last ones look over the edge
    array([ 8.5,  9.5, 10.5, 11.5, 12.5,  6.5,  0. ])
    """
    grid, groups, offset_groups, output = _check(x, offset, weight, bias, mask, stride, padding, dilation)
    N, C_out = len(x), len(weight)
    filters = _filters(weight, groups)
    out = np.empty((N, groups, C_out // groups, prod(output)), x.dtype)
    for n in range(N):
        pixels, points = _pixels(x[n], offset_groups), _points(n, offset, mask, grid, offset_groups, x.shape[2:])
        for block in _blocks(x, grid):
            columns = [_read(rows, at.part(block)) for rows, at in zip(pixels, points, strict=True)]
            columns = _by_group(np.concatenate(columns, axis=-1), groups)  # (groups, positions, kH * kW * C)
            np.matmul(filters, columns.swapaxes(1, 2), out=out[n, :, :, block])
    out = out.reshape(N, C_out, *output)
    if bias is not None:
        out += bias[:, None, None]
    return out


def deform_conv2d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], offset: NDArray[Float], weight: NDArray[Float],
    bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, mask: NDArray[Float] | None = None,
) -> tuple[NDArray[Float], NDArray[Float], NDArray[Float], *tuple[NDArray[Float] | None, ...]]:  # fmt: skip
    """Gradients of :func:`deform_conv2d`, from the gradient of the loss with respect to its output.

    A point between four pixels passes its gradient on to them by their shares. And it tells its offset how much the
    interpolated value changes when the point moves: going down, by the difference of the lower and the upper pixels.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out, H_out, W_out)
    x, offset, weight, bias, stride, padding, dilation, mask
        As :func:`deform_conv2d` took them.

    Returns
    -------
    grad_x, grad_offset, grad_weight, grad_bias : tuple of ndarray
        With the shapes of the arguments; `grad_bias` is None where there is no bias. Where there is a mask, its
        gradient comes fifth. Where a point lies exactly on a pixel the interpolation has a kink: there the gradient of
        the offset is that for a move down or right, as in torchvision.

    Raises
    ------
    TypeError, ValueError
        As :func:`deform_conv2d`, and for a `grad_output` that has not the shape and dtype of the output.

    Examples
    --------
    In this image a step to the right adds 1 and a step down adds 7:

    >>> x = np.arange(35.0).reshape(1, 1, 5, 7)
    >>> offset = np.full((1, 2, 5, 7), 0.25)
    >>> grad = deform_conv2d_backward(np.ones((1, 1, 5, 7)), x, offset, np.ones((1, 1, 1, 1)))[1]
    >>> grad[0, :, 0, 0]
    array([7., 1.])
    """
    grid, groups, offset_groups, output = _check(x, offset, weight, bias, mask, stride, padding, dilation)
    (N, C_in, H, W), C_out = x.shape, len(weight)
    positions, taps = grid.shape[1:]
    gradient(grad_output, (N, C_out, *output), x)
    grads = grad_output.reshape(N, groups, C_out // groups, positions)
    filters = _filters(weight, groups)
    grad_filters = np.zeros_like(filters)
    grad_pixels = np.zeros((N, offset_groups, (H + 2) * (W + 2), C_in // offset_groups), x.dtype)
    grad_points = np.empty((N, offset_groups, 3, positions, taps), x.dtype)  # down, right, mask
    for n in range(N):
        pixels, points = _pixels(x[n], offset_groups), _points(n, offset, mask, grid, offset_groups, (H, W))
        for block in _blocks(x, grid):
            grad = grads[n, :, :, block]  # (groups, C_out // groups, positions of the block)
            grad_columns = np.split(_by_channel(grad.swapaxes(1, 2) @ filters, taps), offset_groups, axis=-1)
            columns = []
            for group, grad_values in enumerate(grad_columns):
                at = points[group].part(block)
                columns.append(_read(pixels[group], at))
                _add(grad_values, grad_pixels[n, group], at)
                grad_points[n, group, :, block] = _moves(grad_values, pixels[group], at)
            grad_filters += grad @ _by_group(np.concatenate(columns, axis=-1), groups)

    inner = grad_pixels.reshape(N, offset_groups, H + 2, W + 2, C_in // offset_groups)[:, :, 1:-1, 1:-1]
    grad_x = inner.transpose(0, 1, 4, 2, 3).reshape(x.shape)
    planes = grad_points.transpose(0, 1, 4, 2, 3)  # (N, offset_groups, taps, 3, positions)
    grad_offset = planes[:, :, :, :2].reshape(offset.shape)
    grad_weight = grad_filters.reshape(C_out, taps, -1).swapaxes(1, 2).reshape(weight.shape)
    grad_bias = None if bias is None else channel_total(grad_output)
    grad_mask = [] if mask is None else [planes[:, :, :, 2].reshape(mask.shape)]
    return grad_x, grad_offset, grad_weight, grad_bias, *grad_mask


def deform_conv2d_direct(
    x: NDArray[Float], offset: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, mask: NDArray[Float] | None = None,
) -> NDArray[Float]:  # fmt: skip
    """:func:`deform_conv2d` as loops: the definition, one output number at a time. Slow.

    Examples
    --------
    >>> x, offset = np.arange(35.0).reshape(1, 1, 5, 7), np.full((1, 2, 5, 7), 0.25)
    >>> deform_conv2d_direct(x, offset, np.ones((1, 1, 1, 1)))[0, 0, 0, 0]        # 0.25 * 7 + 0.25 * 1
    np.float64(2.0)
    """
    grid, groups, offset_groups, output = _check(x, offset, weight, bias, mask, stride, padding, dilation)
    out = np.zeros((len(x), len(weight), *output), x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        for source, at, plane, place in _looks(n, c, i, j, x, offset, weight, grid, groups, offset_groups, output):
            factor = 1 if mask is None else mask[n, plane, i, j]
            out[n, c, i, j] += weight[at] * factor * bilinear(x[n, source], *place)
        if bias is not None:
            out[n, c, i, j] += bias[c]
    return out


def deform_conv2d_direct_backward(
    grad_output: NDArray[Float], x: NDArray[Float], offset: NDArray[Float], weight: NDArray[Float],
    bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, mask: NDArray[Float] | None = None,
) -> tuple[NDArray[Float], NDArray[Float], NDArray[Float], *tuple[NDArray[Float] | None, ...]]:  # fmt: skip
    """:func:`deform_conv2d_backward` as loops: each product hands its gradient to its three or four factors.

    Examples
    --------
    >>> x, offset = np.arange(35.0).reshape(1, 1, 5, 7), np.full((1, 2, 5, 7), 0.25)
    >>> grad = deform_conv2d_direct_backward(np.ones((1, 1, 5, 7)), x, offset, np.ones((1, 1, 1, 1)))[1]
    >>> grad[0, :, 0, 0]
    array([7., 1.])
    """
    grid, groups, offset_groups, output = _check(x, offset, weight, bias, mask, stride, padding, dilation)
    gradient(grad_output, (len(x), len(weight), *output), x)
    grad_x, grad_offset, grad_weight = np.zeros_like(x), np.zeros_like(offset), np.zeros_like(weight)
    factors = np.ones_like(offset[:, ::2]) if mask is None else mask
    grad_mask = np.zeros_like(factors)
    for n, c, i, j in np.ndindex(grad_output.shape):
        for source, at, plane, place in _looks(n, c, i, j, x, offset, weight, grid, groups, offset_groups, output):
            grad, factor, value = grad_output[n, c, i, j], factors[n, plane, i, j], bilinear(x[n, source], *place)
            grad_weight[at] += grad * factor * value
            grad_mask[n, plane, i, j] += grad * weight[at] * value
            grad_image, *grad_place = bilinear_backward(grad * weight[at] * factor, x[n, source], *place)
            grad_x[n, source] += grad_image
            grad_offset[n, 2 * plane : 2 * plane + 2, i, j] += grad_place
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x, grad_offset, grad_weight, grad_bias, *([] if mask is None else [grad_mask])


def _looks(n, c, i, j, x, offset, weight, grid, groups, offset_groups, output):
    """Yield what output (n, c, i, j) is computed from: channel of x, index of the weight, plane of the mask, place."""
    C_out, per_group, kH, kW = weight.shape
    for channel, a, b in np.ndindex(per_group, kH, kW):
        source = c // (C_out // groups) * per_group + channel
        plane = source // (x.shape[1] // offset_groups) * kH * kW + a * kW + b
        place = grid[:, i * output[1] + j, a * kW + b] + offset[n, 2 * plane : 2 * plane + 2, i, j]
        yield source, (c, channel, a, b), plane, place


def bilinear(image, y, x):
    """Read an image between its pixels: each of the four around the point counts by how near it is.

    Parameters
    ----------
    image : ndarray of shape (H, W)
    y, x : float
        The place, in pixels from the middle of the first one, down and right. Outside of the image there are zeros.

    Returns
    -------
    float

    Examples
    --------
    >>> image = np.arange(35.0).reshape(5, 7)
    >>> float(bilinear(image, 1.5, 2.25))                                # between 9, 10, 16 and 17
    12.75
    """
    return sum((share * image[at] for at, share, _, _ in _neighbours(image, y, x)), start=image.dtype.type(0))


def bilinear_backward(grad, image, y, x):
    """Gradients of :func:`bilinear` for the image and for the place.

    Returns
    -------
    grad_image : ndarray of shape (H, W)
    grad_y, grad_x : float

    Examples
    --------
    >>> grad_image, grad_y, grad_x = bilinear_backward(1.0, np.arange(35.0).reshape(5, 7), 1.5, 2.25)
    >>> grad_image[1:3, 2:4]
    array([[0.375, 0.125],
           [0.375, 0.125]])
    >>> float(grad_y), float(grad_x)                                     # a row down adds 7, a column right adds 1
    (7.0, 1.0)
    """
    neighbours, grad = _neighbours(image, y, x), number("grad", grad, nan=True)
    grad_image, grad_y, grad_x = np.zeros_like(image), image.dtype.type(0), image.dtype.type(0)
    for at, share, down, right in neighbours:
        grad_image[at] = grad * share
        grad_y += grad * down * image[at]
        grad_x += grad * right * image[at]
    return grad_image, grad_y, grad_x


def _neighbours(image, y, x):
    """List the pixels of the image around a place: index, share, what the share gains by a way down and a way right."""
    array("image", image, 2, axes="H, W")
    y, x = number("y", y, nan=True), number("x", x, nan=True)
    if np.isnan(y) or np.isnan(x):
        return [((0, 0), np.nan, np.nan, np.nan)]
    H, W = image.shape
    if not (-2 < y <= H and -2 < x <= W):
        return []
    top, left = int(np.floor(y)), int(np.floor(x))
    rows = [(top, 1 - (y - top), -1), (top + 1, y - top, 1)]  # row, its share, what that gains when y grows
    columns = [(left, 1 - (x - left), -1), (left + 1, x - left, 1)]
    return [
        ((i, j), share_i * share_j, gain_i * share_j, share_i * gain_j)
        for i, share_i, gain_i in rows
        for j, share_j, gain_j in columns
        if 0 <= i < H and 0 <= j < W
    ]


class _Points(NamedTuple):
    """Where a group of channels looks: arrays of (positions, taps); in front, the four pixels around each point."""

    index: np.ndarray  # rows of _pixels: upper left, upper right, lower left, lower right
    share: np.ndarray  # how much of each, from 0 to 1
    down: np.ndarray  # how far the point is from the upper to the lower ones, from 0 to 1
    right: np.ndarray
    mask: np.ndarray

    def part(self, block):
        return _Points(*(array[..., block, :] for array in self))


def _points(n, offset, mask, grid, offset_groups, size):
    """Return the points of image `n`, for each offset group."""
    _, positions, taps = grid.shape
    moves = offset[n].reshape(offset_groups, taps, 2, positions).transpose(0, 2, 3, 1)
    if mask is None:
        masks = np.ones((offset_groups, positions, taps), offset.dtype)
    else:
        masks = mask[n].reshape(offset_groups, taps, positions).swapaxes(1, 2)
    return [_four_pixels(grid + move, factor, size) for move, factor in zip(moves, masks, strict=True)]


def _four_pixels(places, mask, size):
    """Find the four pixels around each place: `places` is (2, positions, taps), rows and columns, `size` is (H, W)."""
    before, after, fraction = [], [], []
    for place, pixels in zip(places, size, strict=True):
        place = np.clip(place, -2, pixels)  # whatever is further out reads zeros as well
        floor = np.floor(np.where(np.isnan(place), 0, place))
        fraction.append(place - floor)
        floor = floor.astype(np.intp)
        before.append(np.clip(floor, -1, pixels) + 1)  # 0 and the last are the rim of zeros
        after.append(np.clip(floor + 1, -1, pixels) + 1)
    (top, left), (bottom, right), (y, x) = before, after, fraction
    across = size[1] + 2
    index = np.stack([top * across + left, top * across + right, bottom * across + left, bottom * across + right])
    share = np.stack([(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x])
    return _Points(index, share, y, x, mask)


def _pixels(image, offset_groups):
    """Lay out an image (C, H, W), a rim of zeros around it, as (offset_groups, (H + 2) * (W + 2), channels)."""
    C, H, W = image.shape
    rows = np.zeros((offset_groups, H + 2, W + 2, C // offset_groups), image.dtype)
    rows[:, 1:-1, 1:-1] = image.reshape(offset_groups, -1, H, W).transpose(0, 2, 3, 1)
    return rows.reshape(offset_groups, (H + 2) * (W + 2), C // offset_groups)


def _read(pixels, at):
    """Interpolate at points: (positions, taps, channels)."""
    values = np.zeros((*at.mask.shape, pixels.shape[1]), pixels.dtype)
    for index, share in zip(at.index, at.share * at.mask, strict=True):
        pixel = np.take(pixels, index, axis=0)
        pixel *= share[..., None]
        values += pixel
    return values


def _add(grad_values, grad_pixels, at):
    """Add the gradients of what :func:`_read` read to the pixels that it came from, by their shares."""
    channels = np.arange(grad_pixels.shape[1])
    for index, share in zip(at.index, at.share * at.mask, strict=True):
        numbers = index[..., None] * len(channels) + channels  # NumPy adds single numbers faster than rows
        np.add.at(grad_pixels.reshape(-1), numbers.ravel(), (grad_values * share[..., None]).ravel())


def _moves(grad_values, pixels, at):
    """Return what moving each point down, or right, or raising its mask does to the loss: (3, positions, taps)."""
    corners = [np.einsum("ptc,ptc->pt", np.take(pixels, index, axis=0), grad_values) for index in at.index]
    upper_left, upper_right, lower_left, lower_right = corners
    down = (1 - at.right) * (lower_left - upper_left) + at.right * (lower_right - upper_right)
    right = (1 - at.down) * (upper_right - upper_left) + at.down * (lower_right - lower_left)
    return np.stack([down * at.mask, right * at.mask, np.sum(at.share * corners, axis=0)])


def _filters(weight, groups):
    """(C_out, C_in // groups, kH, kW) -> (groups, C_out // groups, kH * kW * C_in // groups): a row for each filter."""
    C_out, per_group, kH, kW = weight.shape
    return weight.transpose(0, 2, 3, 1).reshape(groups, C_out // groups, kH * kW * per_group)


def _by_group(columns, groups):
    """(positions, taps, C_in) -> (groups, positions, taps * C_in // groups)."""
    positions, taps, _ = columns.shape
    return columns.reshape(positions, taps, groups, -1).transpose(2, 0, 1, 3).reshape(groups, positions, -1)


def _by_channel(columns, taps):
    """(groups, positions, taps * C_in // groups) -> (positions, taps, C_in)."""
    groups, positions, _ = columns.shape
    return columns.reshape(groups, positions, taps, -1).transpose(1, 2, 0, 3).reshape(positions, taps, -1)


def _blocks(x, grid):
    """Cut the positions into slices whose columns take about _COLUMN_BYTES."""
    _, positions, taps = grid.shape
    at_once = max(1, _COLUMN_BYTES // (x.itemsize * x.shape[1] * taps))
    return [slice(first, first + at_once) for first in range(0, positions, at_once)]


def _check(x, offset, weight, bias, mask, stride, padding, dilation):
    """Check the arguments.

    Returns
    -------
    grid : ndarray of shape (2, positions, kH * kW)
        Row and column that each number of the kernel meets without offsets, negative in the padding.
    groups, offset_groups : int
    output : tuple of int
        (H_out, W_out).
    """
    array("x", x, 4, axes="N, C_in, H, W")
    array("weight", weight, 4, axes="C_out, C_in // groups, kH, kW")
    N, C_in = x.shape[:2]
    _, per_group, kH, kW = weight.shape
    if C_in % per_group:
        raise ValueError(
            f"weight has shape {weight.shape}, so it takes {per_group} channels a group, which does not divide the "
            f"{C_in} channels of x: use a weight of shape {(len(weight), C_in, kH, kW)}, or a divisor of {C_in}"
        )
    groups = C_in // per_group
    geometry = convolution(
        x, weight, bias, letters="HW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    array("offset", offset, 4, axes="N, 2 * offset_groups * kH * kW, H_out, W_out")
    offset_groups, rest = divmod(offset.shape[1], 2 * kH * kW)
    if rest or C_in % offset_groups:
        raise ValueError(
            f"offset has {offset.shape[1]} planes, but needs 2 x {kH} x {kW} = {2 * kH * kW} (a way down and a way "
            f"right for each number of the kernel), or that times a divisor of the {C_in} channels: give it that many"
        )
    shape("offset", offset, (N, offset.shape[1], *geometry.output), "one image and one position of the output each")
    if mask is not None:
        array("mask", mask, 4, axes="N, offset_groups * kH * kW, H_out, W_out")
        shape("mask", mask, (N, offset.shape[1] // 2, *geometry.output), "half as many planes as offset")
    same_dtype(x=x, offset=offset, weight=weight, bias=bias, mask=mask)

    tap, position = np.indices((kH, kW)).reshape(2, 1, -1), np.indices(geometry.output).reshape(2, -1, 1)
    before = [side for side, _ in geometry.padding]
    stride, before, dilation = (
        np.array(option).reshape(2, 1, 1) for option in (geometry.stride, before, geometry.dilation)
    )
    grid = position * stride - before + tap * dilation
    return grid.astype(x.dtype), groups, offset_groups, geometry.output
