"""What a sliding kernel sees: padding, windows, and the pixels under one number of the kernel (a tap)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def pad(x, padding):
    """Return `x` with zeros around its last axes, `padding` has one entry for each; `x` itself where there are none.

    >>> pad(np.ones((1, 2)), (1, 0))
    array([[0., 0.],
           [1., 1.],
           [0., 0.]])
    """
    if not any(padding):
        return x
    return np.pad(x, [(0, 0)] * (x.ndim - len(padding)) + [(p, p) for p in padding])


def unpad(x, padding):
    """Return `x` without `padding` entries at both ends of its last axes: a view.

    >>> unpad(np.arange(5), (1,))
    array([1, 2, 3])
    """
    return x[(..., *(slice(p, size - p) for p, size in zip(padding, x.shape[-len(padding) :], strict=True)))]


def windows(x, kernel, stride, dilation):
    """Return all windows of `x`: a view, so no number is copied, however much the windows overlap.

    The last ``len(kernel)`` axes of `x`, such as (H, W), become (H_out, W_out, kH, kW).

    >>> windows(np.arange(7), kernel=(3,), stride=(2,), dilation=(1,))
    array([[0, 1, 2],
           [2, 3, 4],
           [4, 5, 6]])
    """
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    view = sliding_window_view(x, spans, axis=tuple(range(-len(kernel), 0)))
    steps = [slice(None, None, step) for step in (*stride, *dilation)]
    return view[(..., *steps)]


def tap(position, output, stride, dilation):
    """Return, as slices, the pixels of the padded input that the kernel's number at `position` meets at every output.

    >>> np.arange(7)[tap((2,), output=(3,), stride=(2,), dilation=(1,))]
    array([2, 4, 6])
    """
    starts = (k * d for k, d in zip(position, dilation, strict=True))
    return (
        ...,
        *(slice(a, a + s * (out - 1) + 1, s) for a, s, out in zip(starts, stride, output, strict=True)),
    )
