"""Long sums, added in float64.

A float32 has seven digits, so adding a million of them one after the other loses all but two, and NumPy's own remedy
(to add halves of halves) depends on how the array lies in memory. In float64 nothing of that is seen in seven digits.
"""

import numpy as np


def total(x, axis, *, keepdims=False):
    """Sum along an axis, or a tuple of axes, in the dtype of `x`.

    >>> total(np.full((1_000_000, 1), 0.1, np.float32), axis=0)                 # NumPy's own: 100958.34
    array([100000.], dtype=float32)
    """
    return x.sum(axis=axis, dtype=np.float64, keepdims=keepdims).astype(x.dtype)


def mean(x, axis):
    """Mean along an axis, or a tuple of axes, in the dtype of `x`."""
    return x.mean(axis=axis, dtype=np.float64).astype(x.dtype)


def channel_total(x):
    """One sum a channel, (N, C, ...) -> (C,): the gradient of a bias, which is added everywhere in its channel.

    >>> channel_total(np.arange(6.0).reshape(1, 2, 3))
    array([ 3., 12.])
    """
    return total(x, (0, *range(2, x.ndim)))
