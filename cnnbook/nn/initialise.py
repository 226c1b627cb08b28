"""How large are the first weights? So large that neither signals nor gradients grow or fade from layer to layer.

A layer sums `fan_in` numbers for each output, and its backward pass sums `fan_out` numbers for each input. For a weight
of shape (C_out, C_in, kH, kW) these are ``C_in * kH * kW`` and ``C_out * kH * kW``.
"""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .._types import NDArray
from .._validate import float_dtype, generator, integer


def he_normal(shape: tuple[int, ...], *, rng: np.random.Generator, dtype: DTypeLike) -> NDArray[Any]:
    """Normal numbers of variance ``2 / fan_in``: for layers before a ReLU, which halves the mean square.

    Parameters
    ----------
    shape : tuple of int
        (C_out, C_in) or (C_out, C_in, kH, kW).
    rng : numpy.random.Generator
    dtype : numpy.float32 or numpy.float64

    Returns
    -------
    ndarray of shape `shape`

    References
    ----------
    He et al., "Delving deep into rectifiers", ICCV 2015, equation 10.

    Examples
    --------
    >>> import numpy as np
    >>> weight = he_normal((1000, 4, 5, 5), rng=np.random.default_rng(0), dtype=np.float32)
    >>> weight.dtype, round(weight.var() * 4 * 5 * 5, 1)
    (dtype('float32'), np.float32(2.0))
    """
    shape, dtype = _shape(shape), float_dtype("dtype", dtype)
    return (sqrt(2 / prod(shape[1:])) * generator("rng", rng).standard_normal(shape)).astype(dtype)


def glorot_uniform(shape: tuple[int, ...], *, rng: np.random.Generator, dtype: DTypeLike) -> NDArray[Any]:
    """Uniform numbers of variance ``2 / (fan_in + fan_out)``: for layers before a tanh, whose slope at 0 is 1.

    Parameters
    ----------
    shape, rng, dtype
        As in :func:`he_normal`.

    Returns
    -------
    ndarray of shape `shape`

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
    equation 16.

    Examples
    --------
    >>> import numpy as np
    >>> weight = glorot_uniform((1000, 4, 5, 5), rng=np.random.default_rng(0), dtype=np.float32)
    >>> round(weight.var() * (4 + 1000) * 5 * 5, 1)
    np.float32(2.0)
    """
    C_out, C_in, *kernel = shape = _shape(shape)
    dtype = float_dtype("dtype", dtype)
    limit = sqrt(6 / ((C_in + C_out) * prod(kernel)))  # a uniform number up to a has variance a^2 / 3
    return generator("rng", rng).uniform(-limit, limit, shape).astype(dtype)


def _shape(shape):
    if not isinstance(shape, tuple | list) or len(shape) < 2:
        raise TypeError(
            f"shape must be a tuple of two or more, got {shape!r}: use (C_out, C_in) or (C_out, C_in, kH, kW)"
        )
    return tuple(integer("shape", size, 1) for size in shape)
