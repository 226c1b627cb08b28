"""Options that count for every axis or have one entry an axis, and the one meaning that padding has everywhere."""

from typing import NamedTuple

from .._validate import integer, per_axis

_MINIMUMS = {"output_padding": 0}  # of all others: 1


class Padding(NamedTuple):
    """Pixels added before and after the input, along one axis.

    All functions of this package read `padding` by the same rule:

    - An integer counts for both sides of every axis.
    - A tuple has one entry an axis: an integer for both sides, or a pair (before, after). So for (H, W), as in PyTorch,
      ``(1, 2)`` is 1 row above and below and 2 columns left and right; ``((0, 1), (2, 2))`` is 1 row below and 2
      columns left and right.
    - A `Padding`, which :func:`same_padding` returns, is (before, after) wherever it stands; alone it counts for every
      axis.
    - Where there is one axis only, as in a sequence, or where all else is plain integers, a pair of integers can only
      be (before, after).

    Attributes
    ----------
    before, after : int

    Examples
    --------
    A kernel of 2 with one more pixel after the input keeps the size:

    >>> from cnnbook.arithmetic import output_size
    >>> output_size((5, 7), 2, padding=Padding(before=0, after=1))
    (5, 7)
    >>> output_size((5, 7), 2, padding=((0, 1), (0, 1)))
    (5, 7)
    >>> output_size((5, 7), 2, padding=(0, 1))                          # 0 rows, 1 column on each side
    (4, 8)
    """

    before: int
    after: int


def axes(**options):
    """Return checked options as tuples with one entry an axis, and say whether any of them came as a tuple.

    Parameters
    ----------
    **options : int or tuple
        `padding` is read by the rule of :class:`Padding`. Of the others tuples have one entry an axis, all as many.

    Returns
    -------
    entries : list of tuple
        In the order of `options`.
    is_tuple : bool
        Whether the answer should be a tuple.

    Examples
    --------
    >>> axes(kernel=(3, 2), stride=1)
    ([(3, 2), (1, 1)], True)
    >>> axes(kernel=3, padding=(0, 1))
    ([(3,), (Padding(before=0, after=1),)], False)
    """
    lengths = {name: len(value) for name, value in options.items() if _is_tuple(value) and name != "padding"}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {tuple(options[name])!r}" for name in lengths)
        raise ValueError(f"options have different numbers of axes: {told}: give each one entry an axis")
    count = next(iter(lengths.values()), None)
    if count == 0:
        raise ValueError(f"{next(iter(lengths))} () is empty: give it one entry an axis, such as (3, 3)")
    if "padding" in options:
        options["padding"], count = _paddings(options["padding"], count)
    entries = [
        value if name == "padding" else per_axis(name, value, count or 1, _MINIMUMS.get(name, 1))
        for name, value in options.items()
    ]
    return entries, count is not None


def _paddings(padding, count):
    """Return one `Padding` an axis, and the number of axes; None where neither `padding` nor another option told it."""
    if _is_tuple(padding) and len(padding) == 2 and count in (None, 1) and not any(map(_is_tuple, padding)):
        padding = Padding(*padding)
    if isinstance(padding, Padding) or not _is_tuple(padding):
        return (_sides(padding),) * (count or 1), count
    if not padding or len(padding) != (count or len(padding)):
        remedy = "give each axis an integer or (before, after)"
        raise ValueError(f"padding {tuple(padding)} has {len(padding)} entries, but needs {count or 1}: {remedy}")
    return tuple(_sides(entry) for entry in padding), len(padding)


def _sides(padding):
    """Return the `Padding` of one axis."""
    if isinstance(padding, str):
        remedy = "use the numbers that cnnbook.arithmetic.same_padding returns"
        raise TypeError(f"padding {padding!r} is a word: {remedy}")
    if not _is_tuple(padding):
        padding = (padding, padding)
    if len(padding) != 2:
        raise ValueError(f"padding {tuple(padding)} of an axis has {len(padding)} entries: use (before, after)")
    return Padding(*(integer("padding", pixels, 0) for pixels in padding))


def _is_tuple(value):
    return isinstance(value, tuple | list)
