"""What the figures check before they draw: a chart of something else would not look wrong."""

from collections.abc import Mapping

import numpy as np

from .._validate import got


def numbers(name, values):
    """Return an array of real numbers, or say what is there instead.

    >>> numbers("matrix", [[1, 2], [3]])
    Traceback (most recent call last):
    TypeError: matrix holds no plain numbers, got [[1, 2], [3]] (list): use an array of one shape, without masks
    """
    try:
        array = np.asarray(values)
    except ValueError:  # lists of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biuf" or isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} holds no plain numbers, {got(values)}: use an array of one shape, without masks")
    return array


def named(name, values):
    """Return a dict from names to arrays of numbers; it must have one at least."""
    if not isinstance(values, Mapping) or not values:
        raise TypeError(f"{name} must be a dict from names to numbers, {got(values)}: give it one name at least")
    return {key: numbers(f"{name}[{key!r}]", value) for key, value in values.items()}


def words(name, values):
    """Return a list of words, such as titles."""
    try:
        return [str(value) for value in values]
    except TypeError:
        raise TypeError(f"{name} must be a sequence, {got(values)}: use a list of words") from None
