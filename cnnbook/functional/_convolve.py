"""The engine under conv1d, conv2d, conv3d and conv_transpose2d: a convolution and its two gradients, over any axes.

It is the matrix product of :func:`conv2d_im2col` with three changes that make it fast:

- the columns are made for a few groups and output rows at a time, in one small workspace: they are still in the cache
  when they are multiplied, and a large image needs no large matrix;
- they stand upright, (C * kH * kW, positions), so that the product comes out in the order of the output;
- a 1x1 kernel with stride 1 needs no columns: the image is its own column matrix.

Small images, of which several fit into the workspace, are taken together, with the images innermost in memory: what one
number of the kernel meets in a row of all of them is one run.

Callers check the arguments, and hand over the :class:`cnnbook.arithmetic.Geometry` of the convolution. The comments
write (C, kH, kW) and (H_out, W_out), for two axes; C is C_in // groups, and M is C_out // groups.
"""

from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..arithmetic import Geometry
from ._windows import pad, tap, unpad, windows

_WORKSPACE_BYTES = 1 << 20  # what is in work should fit into the cache that a core has for itself (L2)
_FEW = 128  # output positions: with more, a product for each image is thick enough, and needs less memory
_IN_VAIN = 256  # numbers that _convolve_by_runs may compute in vain for a row: that many cost less than it saves


def convolve(x, weight, bias, geometry):
    """Return the convolution, (N, C_out, H_out, W_out)."""
    N, C_out, groups, output = len(x), len(weight), geometry.groups, geometry.output
    M = C_out // groups
    matrix = np.ascontiguousarray(weight).reshape(groups, M, -1)  # BLAS takes no other strides
    out = np.empty((N, groups, M, prod(output)), x.dtype)
    bias = None if bias is None else bias.reshape(groups, M, 1)
    together = _together(N, groups * (matrix.shape[2] + M) * prod(output), x.dtype)
    in_vain = M * (prod(geometry.padded[1:]) - prod(output[1:]))
    in_one_piece = any(map(any, geometry.padding)) or x.flags.c_contiguous  # what is padded is copied
    if together and prod(output) < _FEW:
        memory = np.empty((groups, M, prod(output) * together[0].stop), x.dtype)  # the first is the largest
        for images, columns in _columns_together(together, x, geometry, output):
            product = np.matmul(matrix, columns, out=memory[:, :, : columns.shape[2]])
            if bias is not None:
                product += bias
            out[images] = np.moveaxis(product.reshape(groups, M, prod(output), -1), -1, 0)
    elif set(geometry.stride) == {1} and set(geometry.kernel) != {1} and in_vain <= _IN_VAIN and in_one_piece:
        _convolve_by_runs(x, matrix, bias, geometry, out)
    else:
        for n, group, positions, columns in columns_of(x, geometry, output):
            result = out[n, group, :, positions]
            np.matmul(matrix[group], columns, out=result)
            if bias is not None:
                result += bias[group]
    return out.reshape(N, C_out, *output)


def _convolve_by_runs(x, matrix, bias, geometry, out):
    """Convolve with stride 1 into `out`, (N, groups, M, positions).

    If the kernel slides on over the ends of rows, then the pixels that one number of it meets are one run of memory,
    and copying a run is several times faster than copying row by row. What the kernel sees across the end of a row is
    computed in vain, and left out when the product is copied to the output.
    """
    N, groups, M, _ = out.shape
    C, K, size = x.shape[1] // groups, matrix.shape[2], geometry.padded
    kernel, output = geometry.kernel, geometry.output
    out = out.reshape(N, groups, M, *output)
    if bias is not None:  # one more weight, for a pixel that is always 1: so the product adds the bias, for nothing
        matrix = np.concatenate([matrix, bias], axis=2)
    row = prod(size[1:])
    end = np.ravel_multi_index([0, *(n - 1 for n in output[1:])], size) + 1  # of the last window of a row, plus 1
    steps = [step * prod(size[axis + 1 :]) for axis, step in enumerate(geometry.dilation)]  # between taps

    def runs(images):  # (N, groups, C, H, W) -> (N, groups, C, kH, kW, run)
        shape = (*images.shape[:3], *kernel, (output[0] - 1) * row + end)
        strides = (*images.strides[:3], *(step * images.itemsize for step in steps), images.itemsize)
        return as_strided(images, shape, strides, writeable=False)

    group_parts, row_parts = _parts(groups, output, K * prod(output), (K + M) * row, x.dtype)
    g, r = group_parts[0].stop, row_parts[0].stop  # the first are the largest
    columns, products = np.ones((g, matrix.shape[2], r * row), x.dtype), np.empty((g, M, r, *size[1:]), x.dtype)
    for group in group_parts:
        blocks = []
        for rows in row_parts:
            g, r = group.stop - group.start, rows.stop - rows.start
            positions = (r - 1) * row + end
            upright = columns[:g, :, :positions]
            product = products[:g].reshape(g, M, -1)[:, :, :positions]
            inside = products[(slice(g), slice(None), slice(r), *map(slice, output[1:]))]
            run = slice(rows.start * row, rows.start * row + positions)
            seen = upright[:, :K].reshape(g, C, *kernel, positions)
            blocks.append((run, seen, upright, product, inside, _rows(rows, output)))
        for n, image in enumerate(_each_image(x.reshape(N, groups, C, *x.shape[2:])[:, group], geometry, runs)):
            for run, seen, upright, product, inside, rows in blocks:
                np.copyto(seen, image[..., run])
                np.matmul(matrix[group], upright, out=product)
                np.copyto(out[n, group][rows], inside)


def weight_gradient(grad_output, x, weight_shape, geometry):
    """Return the gradient for `weight`: every output position adds its gradient times its window."""
    N, C_out, *output = grad_output.shape
    K, groups = prod(weight_shape[1:]), geometry.groups
    grad_output = grad_output.reshape(N, groups, C_out // groups, prod(output))
    grad = np.zeros((groups, C_out // groups, K), x.dtype)
    if together := _together(N, (groups * K + C_out) * prod(output), x.dtype):
        for images, columns in _columns_together(together, x, geometry, output):
            grad += _side_by_side(grad_output[images]) @ columns.swapaxes(1, 2)
    else:
        for n, group, positions, columns in columns_of(x, geometry, output):
            grad[group] += grad_output[n, group, :, positions] @ columns.swapaxes(1, 2)
    return grad.reshape(weight_shape)


def input_gradient(grad_output, weight, geometry):
    """Return the gradient for `x`, (N, C_in, H, W): every position adds its gradient times the filters to its window.

    This way from outputs back to inputs is also a layer of its own, the transposed convolution.
    """
    N, C_out, *output = grad_output.shape
    C, groups, kernel, size = weight.shape[1], geometry.groups, geometry.kernel, geometry.size
    reach = [[span - 1 - side for side in sides] for span, sides in zip(geometry.span, geometry.padding, strict=True)]
    sizes = tuple(n + sum(r) - span + 1 for n, r, span in zip(output, reach, geometry.span, strict=True))
    together = _together(N, (C * groups * prod(kernel) + C_out) * prod(output), grad_output.dtype)
    light = C_out <= C * groups or set(kernel) == {1}  # it copies C_out channels where the way below adds up C_in
    if set(geometry.stride) == {1} and min(map(min, reach)) >= 0 and sizes == size and light and not together:
        # With stride 1 it is a convolution too: each pixel gathers from the outputs around it, through flipped filters.
        flipped = np.flip(weight, range(2, weight.ndim)).reshape(groups, C_out // groups, C, *kernel)
        flipped = flipped.swapaxes(1, 2).reshape(groups * C, C_out // groups, *kernel)
        gather = Geometry(tuple(output), kernel, padding=reach, dilation=geometry.dilation, groups=groups)
        return convolve(grad_output, flipped, None, gather)

    grad_output = grad_output.reshape(N, groups, C_out // groups, prod(output))
    matrix = weight.reshape(groups, C_out // groups, -1).swapaxes(1, 2)
    grad = np.empty((N, groups, C, *size), grad_output.dtype)
    if together:
        _scatter_together(together, grad_output, matrix, geometry, output, grad)
    else:
        _scatter(grad_output, matrix, geometry, output, grad)
    return grad.reshape(N, groups * C, *size)


def _scatter(grad_output, matrix, geometry, output, grad):
    """Fill `grad`, (N, groups, C, H, W), image by image and block by block."""
    N, groups, C, *_ = grad.shape
    # One filter a group (depthwise) makes the product an outer product, which is faster as a multiplication.
    product = np.multiply if matrix.shape[2] == 1 else np.matmul
    for group, blocks in _blocks(groups, C, geometry.kernel, output, grad.dtype):
        padded = np.empty((group.stop - group.start, C, *geometry.padded), grad.dtype)
        taps = [_taps(padded, block, geometry) for block in blocks]
        for n in range(N):
            padded.fill(0)
            for block, pairs in zip(blocks, taps, strict=True):
                product(matrix[group], grad_output[n, group, :, block.positions], out=block.columns)
                for pixels, gradients in pairs:
                    pixels += gradients
            grad[n, group] = unpad(padded, geometry.padding)


def _scatter_together(together, grad_output, matrix, geometry, output, grad):
    """The same, for several images together."""
    _, groups, C, *_ = grad.shape
    product = np.multiply if matrix.shape[2] == 1 else np.matmul
    memory = np.empty((groups, matrix.shape[1], prod(output) * together[0].stop), grad.dtype)  # the first: the largest
    for images in together:
        side_by_side = _side_by_side(grad_output[images])
        columns = product(matrix, side_by_side, out=memory[:, :, : side_by_side.shape[2]])
        columns = np.moveaxis(columns.reshape(groups, C, *geometry.kernel, *output, -1), -1, 0)
        padded = np.zeros((groups, C, *geometry.padded, len(columns)), grad.dtype)
        padded = np.moveaxis(padded, -1, 0)  # (n, groups, C, H, W), the images innermost in memory
        for at in np.ndindex(*geometry.kernel):
            padded[tap(at, output, geometry)] += columns[(slice(None), slice(None), slice(None), *at)]
        grad[images] = unpad(padded, geometry.padding)


def _side_by_side(images):
    """Put images, (n, groups, M, positions), next to each other: (groups, M, positions * n)."""
    n, groups, M, positions = images.shape
    return np.moveaxis(images, 0, -1).reshape(groups, M, positions * n)


def _columns_together(together, x, geometry, output):
    """Yield (slice of images, their columns side by side, (groups, C * kH * kW, positions * n)), for the next step."""
    C_in, kernel, axes = x.shape[1], geometry.kernel, len(output)
    memory = np.empty(C_in * prod(kernel) * prod(output) * together[0].stop, x.dtype)  # the first is the largest
    for images in together:
        inner = np.ascontiguousarray(np.moveaxis(pad(x[images], geometry.padding), 0, -1))  # (C_in, H, W, n)
        seen = windows(np.moveaxis(inner, -1, 0), geometry)[(..., *map(slice, output), *[slice(None)] * axes)]
        seen = np.moveaxis(seen, (0, *range(-axes, 0)), (-1, *range(1, 1 + axes)))  # (C_in, kH, kW, H_out, W_out, n)
        columns = memory[: seen.size].reshape(seen.shape)
        np.copyto(columns, seen)
        yield images, columns.reshape(geometry.groups, -1, prod(output) * len(x[images]))


def columns_of(x, geometry, output):
    """Yield (image number, slice of groups, slice of positions, columns), block by block, for the first windows.

    Columns are (groups of the block, C * kH * kW, positions of the block). They last until the next step.
    """
    N, C_in, *size = x.shape
    groups, kernel = geometry.groups, geometry.kernel
    if set(kernel) == set(geometry.stride) == {1} and tuple(size) == tuple(output):
        for n in range(N):
            yield n, slice(None), slice(None), x[n].reshape(groups, C_in // groups, prod(size))
        return

    def of_windows(images):  # (N, groups, C, H, W) -> (N, groups, C, kH, kW, H_out, W_out)
        axes = len(kernel)
        seen = np.moveaxis(windows(images, geometry), range(-axes, 0), range(3, 3 + axes))
        return seen[(..., *map(slice, output))]

    x = x.reshape(N, groups, C_in // groups, *size)
    for group, blocks in _blocks(groups, C_in // groups, kernel, output, x.dtype):
        for n, seen in enumerate(_each_image(x[:, group], geometry, of_windows)):
            for block in blocks:
                np.copyto(block.windows, seen[block.rows])
                yield n, group, block.positions, block.columns


def _each_image(x, geometry, view):
    """Yield ``view(x)[n]`` for each image n of `x`, or where there is padding, the same view of a padded copy of it."""
    if not any(map(any, geometry.padding)):
        yield from view(x)
        return
    padded = np.zeros((1, *x.shape[1 : -len(geometry.size)], *geometry.padded), x.dtype)
    seen, inner = view(padded)[0], unpad(padded[0], geometry.padding)
    for image in x:
        inner[...] = image
        yield seen


class _Block(NamedTuple):
    """A block of output rows of some groups: where it lies, and the workspace for its columns, shared by all blocks."""

    rows: tuple  # index of the rows, for arrays of (..., H_out, W_out)
    positions: slice  # the same for arrays of (..., positions)
    windows: np.ndarray  # (g, C, kH, kW, rows, W_out)
    columns: np.ndarray  # the same memory as (g, C * kH * kW, positions)


def _blocks(groups, C, kernel, output, dtype):
    """Yield for each slice of groups a list of blocks."""
    row, K = prod(output[1:]), C * prod(kernel)
    group_parts, row_parts = _parts(groups, output, K * prod(output), K * row, dtype)
    memory = np.empty(group_parts[0].stop * K * row_parts[0].stop * row, dtype)  # the first are the largest
    for group in group_parts:
        blocks = []
        for rows in row_parts:
            g, r = group.stop - group.start, rows.stop - rows.start
            seen = memory[: g * K * r * row].reshape(g, C, *kernel, r, *output[1:])
            positions = slice(rows.start * row, rows.stop * row)
            blocks.append(_Block(_rows(rows, output), positions, seen, seen.reshape(g, K, r * row)))
        yield group, blocks


def _parts(groups, output, columns, row, dtype):
    """Cut the groups and the output rows into slices, so that a block of both fits into the workspace.

    `columns` is the number of entries of one group's columns for an image, `row` what a group and row of a block takes.
    """
    room = min(_WORKSPACE_BYTES // dtype.itemsize, max(1 << 15, groups * columns))  # never more than all columns
    rows_at_once = min(output[0], max(1, room // row))
    groups_at_once = min(groups, max(1, room // (row * output[0])))
    return _cut(groups, groups_at_once), _cut(output[0], rows_at_once)


def _together(N, numbers, dtype):
    """Slices of several images which fit into the workspace, at so many numbers each; none if only one fits."""
    at_once = _WORKSPACE_BYTES // dtype.itemsize // numbers
    return _cut(N, at_once) if at_once > 1 else []


def _cut(total, most):
    """Cut ``range(total)`` into as few slices of at most `most` as possible, of about one length."""
    length = -(-total // max(1, -(-total // most)))
    return [slice(start, min(start + length, total)) for start in range(0, total, max(1, length))]


def _rows(rows, output):
    """Index of a slice of rows, for arrays of (..., H_out, W_out)."""
    return (..., rows, *[slice(None)] * (len(output) - 1))


def _taps(padded, block, geometry):
    """Pair the pixels that each number of the kernel meets in the block with their place in its columns.

    The pixels of one pair are all different, as windows move by at least one pixel: adding to them at once adds each.
    """
    output = block.windows.shape[-len(geometry.size) :]
    _, rows, *rest = block.rows
    below = padded[(..., slice(rows.start * geometry.stride[0], None), *rest)]
    return [
        (below[tap(at, output, geometry)], block.windows[(slice(None), slice(None), *at)])
        for at in np.ndindex(*geometry.kernel)
    ]
