"""What counts as a size, a stride, a channel count: integers, within limits, one an axis."""

import operator


def integer(name, value, minimum):
    """Return `value` as an int of at least `minimum`, or say what is wrong with it.

    Floats are refused, whole ones too: a size that comes out as 3.5 is a mistake that rounding would hide.

    >>> integer("stride", 0, 1)
    Traceback (most recent call last):
    ValueError: stride 0 is too small: use stride >= 1
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        remedy = f"use {int(value)}" if isinstance(value, float) and value.is_integer() else "use a whole number"
        kind = type(value).__name__
        raise TypeError(f"{name} must be an integer, got {value!r} ({kind}): {remedy}") from None
    if number < minimum:
        raise ValueError(f"{name} {number} is too small: use {name} >= {minimum}")
    return number


def axes(minimums, **options):
    """Yield one dict of checked integers an axis, and say whether any option was a tuple.

    Parameters
    ----------
    minimums : dict
        The smallest value that each option may have.
    **options : int or tuple of int
        Tuples have one entry an axis, and all the same length.

    Returns
    -------
    each : list of dict
        One dict an axis, with the names of `options`.
    is_tuple : bool
        Whether the answer should be a tuple.

    Examples
    --------
    >>> axes({"size": 1, "kernel": 1}, size=(5, 7), kernel=3)
    ([{'size': 5, 'kernel': 3}, {'size': 7, 'kernel': 3}], True)
    """
    lengths = {name: len(value) for name, value in options.items() if isinstance(value, tuple | list)}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {tuple(options[name])!r}" for name in lengths)
        raise ValueError(f"options have different numbers of axes: {told}: give each one entry an axis")
    count = next(iter(lengths.values()), 1)
    if count == 0:
        raise ValueError(f"{next(iter(lengths))} () is empty: give it one entry an axis, such as (3, 3)")
    each = [
        {
            name: integer(name, value[axis] if name in lengths else value, minimums[name])
            for name, value in options.items()
        }
        for axis in range(count)
    ]
    return each, bool(lengths)


def grouped_channels(c_in, c_out, groups):
    """Return the checked channel counts; groups must divide both."""
    c_in, c_out, groups = integer("c_in", c_in, 1), integer("c_out", c_out, 1), integer("groups", groups, 1)
    for name, channels in (("c_in", c_in), ("c_out", c_out)):
        if channels % groups:
            raise ValueError(f"groups {groups} does not divide {name} {channels}: use a divisor of {channels}")
    return c_in, c_out, groups
