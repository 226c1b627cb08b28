"""What a sliding kernel sees: padding, windows, and the pixels under one number of the kernel (a tap)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def pad(x, padding):
    """Return `x` with zeros around its last axes: `padding` has a pair (before, after) for each. `x` itself without.

    >>> pad(np.ones((1, 2)), [(1, 0), (0, 1)])
    array([[0., 0., 0.],
           [1., 1., 0.]])
    """
    if not any(map(any, padding)):
        return x
    return np.pad(x, [(0, 0)] * (x.ndim - len(padding)) + [*padding])


def unpad(x, padding):
    """Return `x` without its first `before` and last `after` entries along its last axes: a view.

    >>> unpad(np.arange(5), [(1, 2)])
    array([1, 2])
    """
    sides = zip(padding, x.shape[-len(padding) :], strict=True)
    return x[(..., *(slice(before, size - after) for (before, after), size in sides))]


def windows(x, geometry):
    """Return all windows of `x`, padded already: a view, so no number is copied, however much the windows overlap.

    The last axes of `x`, such as (H, W), become (H_out, W_out, kH, kW).

    >>> from cnnbook.arithmetic import Geometry
    >>> windows(np.arange(7), Geometry((7,), 3, stride=2))
    array([[0, 1, 2],
           [2, 3, 4],
           [4, 5, 6]])
    """
    view = sliding_window_view(x, geometry.span, axis=tuple(range(-len(geometry.span), 0)))
    steps = [slice(None, None, step) for step in (*geometry.stride, *geometry.dilation)]
    return view[(..., *steps)]


def tap(position, output, geometry):
    """Return, as slices, the pixels of the padded input that the kernel's number at `position` meets at every output.

    >>> from cnnbook.arithmetic import Geometry
    >>> np.arange(7)[tap((2,), (3,), Geometry((7,), 3, stride=2))]
    array([2, 4, 6])
    """
    starts = (k * d for k, d in zip(position, geometry.dilation, strict=True))
    return (
        ...,
        *(slice(a, a + s * (out - 1) + 1, s) for a, s, out in zip(starts, geometry.stride, output, strict=True)),
    )


def window_at(c, i, j, weight, geometry):
    """Return, as slices, the window of padded images (C, H, W) that filter `c` meets at (i, j)."""
    filters, per_group, kH, kW = weight.shape
    first = c // (filters // geometry.groups) * per_group
    (sH, sW), (dH, dW) = geometry.stride, geometry.dilation
    return (
        slice(first, first + per_group),
        slice(i * sH, i * sH + dH * (kH - 1) + 1, dH),
        slice(j * sW, j * sW + dW * (kW - 1) + 1, dW),
    )
