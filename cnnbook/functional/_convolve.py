"""The engine under conv1d, conv2d, conv3d and conv_transpose2d: a convolution and its two gradients, over any axes.

It is the matrix product of :func:`conv2d_im2col` with three changes that make it fast:

- the columns are made for a few groups and output rows at a time, in one reused workspace: they are still in the cache
  when they are multiplied, and a large image needs no large matrix;
- they stand upright, (C * kH * kW, positions), so that the product comes out in the order of the output;
- a 1x1 kernel with stride 1 needs no columns: the image is its own column matrix.

Callers check the arguments. Options are tuples with one entry an axis, and `output` is the output size. The comments
write (C, kH, kW) and (H_out, W_out), for two axes.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from ._windows import tap, unpad, windows

_WORKSPACE_BYTES = 1 << 20  # the columns in work should fit into the cache that a core has for itself (L2)


def convolve(x, weight, bias, stride, padding, dilation, groups, output):
    """Return the convolution, (N, C_out, H_out, W_out)."""
    N, C_out = len(x), len(weight)
    matrix = np.ascontiguousarray(weight).reshape(groups, C_out // groups, -1)  # BLAS takes no other strides
    bias = None if bias is None else bias.reshape(groups, C_out // groups, 1)
    out = np.empty((N, groups, C_out // groups, prod(output)), x.dtype)
    for n, group, positions, columns in columns_of(x, weight.shape[2:], stride, padding, dilation, groups, output):
        block = out[n, group, :, positions]
        np.matmul(matrix[group], columns, out=block)
        if bias is not None:
            block += bias[group]
    return out.reshape(N, C_out, *output)


def weight_gradient(grad_output, x, weight_shape, stride, padding, dilation, groups):
    """Return the gradient for `weight`: every output position adds its gradient times its window."""
    N, C_out, *output = grad_output.shape
    grad_output = grad_output.reshape(N, groups, C_out // groups, prod(output))
    grad = np.zeros((groups, C_out // groups, prod(weight_shape[1:])), x.dtype)
    for n, group, positions, columns in columns_of(x, weight_shape[2:], stride, padding, dilation, groups, output):
        grad[group] += grad_output[n, group, :, positions] @ columns.swapaxes(1, 2)
    return grad.reshape(weight_shape)


def input_gradient(grad_output, weight, size, stride, padding, dilation, groups):
    """Return the gradient for `x`, (N, C_in, H, W): every position adds its gradient times the filters to its window.

    This way from outputs back to inputs is also a layer of its own, the transposed convolution.
    """
    N, C_out, *output = grad_output.shape
    C, *kernel = weight.shape[1:]  # C_in // groups
    reach = [d * (k - 1) - p for k, p, d in zip(kernel, padding, dilation, strict=True)]
    sizes = [n + r - p for n, r, p in zip(output, reach, padding, strict=True)]
    light = C_out <= C * groups or set(kernel) == {1}  # it copies C_out channels where the way below adds up C_in
    if set(stride) == {1} and min(reach) >= 0 and sizes == list(size) and light:
        # With stride 1 it is a convolution too: each pixel gathers from the outputs around it, through flipped filters.
        flipped = np.flip(weight, range(2, weight.ndim)).reshape(groups, C_out // groups, C, *kernel)
        flipped = flipped.swapaxes(1, 2).reshape(groups * C, C_out // groups, *kernel)
        return convolve(grad_output, flipped, None, stride, reach, dilation, groups, size)

    grad_output = grad_output.reshape(N, groups, C_out // groups, prod(output))
    matrix = weight.reshape(groups, C_out // groups, -1).swapaxes(1, 2)
    # One filter a group (depthwise) makes the product an outer product, which is faster as a multiplication.
    product = np.multiply if C_out == groups else np.matmul
    grad = np.empty((N, groups, C, *size), grad_output.dtype)
    for group, blocks in _blocks(groups, C, kernel, output, grad.dtype):
        padded = np.empty((group.stop - group.start, C, *_padded(size, padding)), grad.dtype)
        steps = [(block, _taps(padded, block, stride, dilation)) for block in blocks]
        for n in range(N):
            padded.fill(0)
            for block, taps in steps:
                product(matrix[group], grad_output[n, group, :, block.positions], out=block.matrix)
                for pixels, gradients in taps:
                    pixels += gradients
            grad[n, group] = unpad(padded, padding)
    return grad.reshape(N, groups * C, *size)


class _Block(NamedTuple):
    """A block of output rows of some groups: where it lies, and the workspace for its columns, shared by all blocks."""

    rows: tuple  # index of the rows, for arrays of (..., H_out, W_out)
    positions: slice  # the same for arrays of (..., positions)
    columns: np.ndarray  # (groups, C, kH, kW, rows, W_out)
    matrix: np.ndarray  # the same memory as (groups, C * kH * kW, positions)


def _blocks(groups, C, kernel, output, dtype):
    """Yield for each slice of groups a list of blocks."""
    rows, *rest = output
    across = prod(rest)  # positions in a row
    K = C * prod(kernel)
    most = _WORKSPACE_BYTES // (K * across * dtype.itemsize)  # rows of one group that fit
    rows_at_once, groups_at_once = min(rows, max(1, most)), min(groups, max(1, most // rows))
    memory = np.empty(groups_at_once * K * rows_at_once * across, dtype)
    for group in _cut(groups, groups_at_once):
        g, blocks = group.stop - group.start, []
        for part in _cut(rows, rows_at_once):
            r = part.stop - part.start
            columns = memory[: g * K * r * across].reshape(g, C, *kernel, r, *rest)
            positions = slice(part.start * across, part.stop * across)
            index = (..., part, *[slice(None)] * len(rest))
            blocks.append(_Block(index, positions, columns, columns.reshape(g, K, r * across)))
        yield group, blocks


def _cut(total, most):
    """Cut ``range(total)`` into as few slices of at most `most` as possible, of about one length."""
    length = -(-total // -(-total // most))
    return [slice(start, min(start + length, total)) for start in range(0, total, length)]


def columns_of(x, kernel, stride, padding, dilation, groups, output):
    """Yield (image number, slice of groups, slice of positions, columns), block by block.

    Columns are (groups of the block, C * kH * kW, positions of the block). They last until the next step.
    """
    N, C_in, *size = x.shape
    x = x.reshape(N, groups, C_in // groups, *size)
    if set(kernel) == set(stride) == {1} and tuple(size) == tuple(output):
        for n in range(N):
            yield n, slice(None), slice(None), x[n].reshape(groups, C_in // groups, prod(size))
        return
    for group, blocks in _blocks(groups, C_in // groups, kernel, output, x.dtype):
        for n, seen in enumerate(_windows_of_images(x[:, group], kernel, stride, padding, dilation, output)):
            for block in blocks:
                np.copyto(block.columns, seen[block.rows])
                yield n, group, block.positions, block.matrix


def _windows_of_images(x, kernel, stride, padding, dilation, output):
    """Yield the windows of each image, (groups, C, kH, kW, H_out, W_out): a view of it, or of a padded copy of it."""
    axes = len(kernel)
    padded = np.zeros((1, *x.shape[1:3], *_padded(x.shape[3:], padding)), x.dtype) if any(padding) else x
    seen = np.moveaxis(windows(padded, kernel, stride, dilation), range(-axes, 0), range(3, 3 + axes))
    seen = seen[(..., *map(slice, output))]
    if padded is x:
        yield from seen
        return
    inner = unpad(padded[0], padding)
    for image in x:
        inner[...] = image
        yield seen[0]


def _taps(padded, block, stride, dilation):
    """Pair the pixels that each number of the kernel meets in the block with their place in its columns.

    The pixels of one pair are all different, as windows move by at least one pixel: adding to them at once adds each.
    """
    axes = len(stride)
    kernel, output = block.columns.shape[2:-axes], block.columns.shape[-axes:]
    _, rows, *rest = block.rows
    below = padded[(..., slice(rows.start * stride[0], None), *rest)]
    return [
        (below[tap(at, output, stride, dilation)], block.columns[(slice(None), slice(None), *at)])
        for at in np.ndindex(*kernel)
    ]


def _padded(size, padding):
    return tuple(n + 2 * p for n, p in zip(size, padding, strict=True))
