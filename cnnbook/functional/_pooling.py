"""What max and average pooling share: where the windows lie, and how to visit them fast.

A window's maximum is the maximum of its rows' maxima, and likewise for its sum. So a pooling is done in two steps, down
and then across: kH + kW operations an output instead of kH * kW. And it is done for a few planes (one channel of one
image) at a time, so that what one step writes is still in the processor's cache when the next step reads it.

Along an axis there are two ways to go: number by number, the first of all windows, then the second of all windows; or
window by window, all its numbers. The fewer turns win, three for windows of 3, one where one window spans the image;
but where a window is short, a turn of its own costs more than its numbers.
"""

from dataclasses import dataclass

import numpy as np

from .._validate import array, pair
from ..arithmetic import Geometry

FEW = 16  # numbers of a short window
BLOCK_BYTES = 400_000  # of padded planes; a core's cache holds one or two MiB, and the steps in between need some too


@dataclass(frozen=True)
class Windows(Geometry):
    """Where the windows of a pooling lie in an image: the fields of its geometry are pairs for (H, W)."""

    @property
    def starts(self):
        """First row and first column of each window, as two arrays; negative in the padding before the image."""
        return [np.arange(n) * s - p.before for n, s, p in zip(self.output, self.stride, self.padding, strict=True)]

    @property
    def reach(self):
        """Rows and columns of the padded image, as far as the last window reaches."""
        return tuple((n - 1) * s + k for n, s, k in zip(self.output, self.stride, self.kernel, strict=True))

    def pixels(self, i, j):
        """Rows and columns of window (i, j), as two slices that stop at the edge of the image."""
        return tuple(
            slice(max(start[at], 0), min(start[at] + kernel, size))
            for at, start, kernel, size in zip((i, j), self.starts, self.kernel, self.size, strict=True)
        )

    def by_number(self, axis):
        """Whether to go number by number along an axis, 1 for rows or 2 for columns."""
        return self.kernel[axis - 1] <= max(self.output[axis - 1], FEW)

    def turns(self, planes, axis):
        """Yield (numbers of `planes`, index of the windows that hold them): views, with one window or number each."""
        kernel, stride, count = (option[axis - 1] for option in (self.kernel, self.stride, self.output))
        along = (slice(None),) * axis
        if self.by_number(axis):
            for first in range(kernel):
                yield planes[(*along, slice(first, first + stride * (count - 1) + 1, stride))], ...
        else:
            for window in range(count):
                first = window * stride
                yield planes[(*along, slice(first, first + kernel))], (*along, slice(window, window + 1))

    def blocks(self, planes, itemsize):
        """Slices that cut `planes` planes into blocks which fit the cache."""
        count = max(1, BLOCK_BYTES // (self.reach[0] * self.reach[1] * itemsize))
        return [slice(first, min(first + count, planes)) for first in range(0, planes, count)]

    @property
    def overlap(self):
        """The part of the padded planes that holds pixels, and the part of the image that windows touch."""
        ((top, _), (left, _)), (height, width) = self.padding, self.reach
        rows, cols = min(self.size[0], height - top), min(self.size[1], width - left)
        return np.s_[:, top : top + rows, left : left + cols], np.s_[:, :rows, :cols]


def windows(x, kernel, *, stride, padding, ceil_mode):
    """Check what a pooling takes, and return its `Windows`."""
    array("x", x, 4, axes="N, C, H, W")
    kernel = pair("kernel", kernel, 1)
    stride = kernel if stride is None else pair("stride", stride, 1)
    where = Windows(x.shape[2:], kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    for k, sides in zip(where.kernel, where.padding, strict=True):
        if max(sides) > k // 2:
            raise ValueError(
                f"padding {max(sides)} is more than half of kernel {k}: use padding <= {k // 2} or a larger kernel"
            )
    # Beyond the padded image there is nothing to see or to step over: what is larger may as well be as large.
    kernel, stride = (tuple(map(min, option, where.padded)) for option in (where.kernel, where.stride))
    if (kernel, stride) == (where.kernel, where.stride):
        return where
    return Windows(where.size, kernel, stride=stride, padding=where.padding, ceil_mode=ceil_mode)


def padded_blocks(x, where, fill):
    """Yield (block, planes) with the planes padded with `fill`; they are valid until the next ones are asked for."""
    N, C, H, W = x.shape
    planes = x.reshape(N * C, H, W)
    needs_padding = any(map(any, where.padding)) or where.reach[0] > H or where.reach[1] > W
    padded_part, image_part = where.overlap
    padded = None
    for block in where.blocks(N * C, x.itemsize):
        if not needs_padding:
            yield block, planes[block]
            continue
        if padded is None:  # the first block is the largest
            padded = np.full((block.stop, *where.reach), fill, x.dtype)
        current = padded[: block.stop - block.start]
        current[padded_part] = planes[block][image_part]
        yield block, current


def reduce_windows(combine, x, where, fill):
    """Combine the numbers in each window (`combine` is numpy.maximum or numpy.add); padding counts as `fill`."""
    N, C = x.shape[:2]
    H_out, W_out = where.output
    output = np.empty((N * C, H_out, W_out), x.dtype)
    workspace = None
    for block, planes in padded_blocks(x, where, fill):
        if workspace is None:
            workspace = np.empty((len(planes), H_out, planes.shape[2]), x.dtype)
        rows = workspace[: len(planes)]
        _combine(combine, planes, where, axis=1, out=rows)  # (planes, H_out, W)
        _combine(combine, rows, where, axis=2, out=output[block])  # (planes, H_out, W_out)
    return output.reshape(N, C, H_out, W_out)


def _combine(combine, planes, where, axis, out):
    turns = where.turns(planes, axis)
    if not where.by_number(axis):
        exact = np.float64 if combine is np.add else None  # a long sum in float32 would lose digits
        for window, at in turns:
            combine.reduce(window, axis=axis, keepdims=True, dtype=exact, out=out[at])
        return
    np.copyto(out, next(turns)[0])
    for numbers, _ in turns:
        combine(out, numbers, out=out)
