"""Is an answer right? And if not: is it a wrong value, or something that is no answer to the question at all?"""

import numpy as np

from ._show import describe, show

_INTEGERS = frozenset({int, *(np.dtype(code).type for code in np.typecodes["AllInteger"])})
_FLOATS = frozenset({float, *(np.dtype(code).type for code in "efdg")})


def compare(got, expected, outputs=()):
    """Say what is wrong with an answer. What is asked for is read off the right one.

    Integers are compared exactly: Python's and NumPy's both count, floats and bools do not. Floats may differ by
    rounding, ``eps ** 0.6`` of the largest number, for the coarser of the two dtypes (4e-10 in float64, 7e-5 in
    float32). Arrays must have the shape and the kind of dtype that is asked, and several outputs the right number.

    Parameters
    ----------
    got, expected : object
        The answer and the right answer: a number, an array, a string, None, or a tuple of those.
    outputs : tuple of str
        Names of the outputs, where `expected` is a tuple.

    Returns
    -------
    str or None
        None where the answer is right. Otherwise a sentence that helps, or an empty one where the two values,
        shown side by side, say it all.

    Examples
    --------
    >>> compare(np.int64(3), 3) is None
    True
    >>> compare(4, 3)
    ''
    >>> compare(3.0, 3)
    'An integer is asked, and this is the float 3.0: divide with // instead of /.'
    >>> compare(np.zeros((6, 3)), np.zeros((3, 6)))
    'An array of shape (3, 6) is asked, and this is an array of shape (6, 3).'
    """
    if isinstance(expected, tuple):
        return _compare_outputs(got, expected, outputs)
    if isinstance(expected, np.ndarray):
        return _compare_arrays(got, expected)
    if expected is None:
        return None if got is None else f"None is asked, and this is {describe(got)}."
    if type(expected) in _FLOATS and is_number(got):
        return _compare_floats(got, expected)
    asked, is_kind = next(kind for kind in _KINDS if kind[1](expected))
    if is_kind(got):
        return None if got == expected else ""
    return f"{asked} is asked, and this is {describe(got)}{_remedy(got, asked)}."


def is_integer(value):
    """Whether a value is a whole number by its type: Python's int or NumPy's, no bool, no float.

    The types are compared exactly: a subclass could call itself equal to anything.

    >>> is_integer(np.int64(3)), is_integer(True), is_integer(3.0)
    (True, False, False)
    """
    return type(value) in _INTEGERS


def is_number(value):
    """Whether a value is an integer or a float, Python's or NumPy's; no bool, no array.

    >>> is_number(3), is_number(np.float32(0.5)), is_number(np.zeros(1))
    (True, True, False)
    """
    return type(value) in _INTEGERS | _FLOATS


def same(first, second):
    """Whether two values are the same bit for bit. Values that this module does not know count as the same.

    >>> same((1, np.array([np.nan])), (1, np.array([np.nan]))), same(1, 1.0)
    (True, False)
    """
    if type(first) is not type(second):
        return False
    if isinstance(first, np.ndarray) and not first.dtype.hasobject:
        return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()
    if isinstance(first, tuple | list):
        return len(first) == len(second) and all(map(same, first, second))
    if is_number(first) or isinstance(first, bool | str):
        return bool(first == second or (first != first and second != second))
    return True


_KINDS = (
    ("True or False", lambda value: type(value) in (bool, np.bool_)),
    ("An integer", is_integer),
    ("A number", is_number),
    ("A string", lambda value: type(value) is str),
)


def _remedy(got, asked):
    if isinstance(got, str):
        return ": leave out the quotes"
    if isinstance(got, np.ndarray | list | tuple):
        return ": return the value alone"
    if asked == "An integer" and type(got) in _FLOATS and np.isfinite(got):
        return ": divide with // instead of /"
    return ""


def _compare_floats(got, expected):
    try:
        got = float(got)
    except OverflowError:  # an integer beyond all floats
        return ""
    if np.isfinite(expected) and not np.isfinite(got):
        return f"A number is asked, and this is {got}: did it overflow, or divide by 0?"
    return _compare_arrays(np.array([got]), np.array([expected])) and ""


def _compare_outputs(got, expected, outputs):
    names = outputs or range(1, len(expected) + 1)
    asked = f"{len(expected)} outputs are asked ({', '.join(map(str, names))}), and this"
    if not isinstance(got, tuple | list):
        return f"{asked} is {describe(got)}: return them all, with a comma between."
    if len(got) != len(expected):
        return f"{asked} has {len(got)}."
    texts = {name: compare(*pair) for name, *pair in zip(names, got, expected, strict=True)}
    if all(text is None for text in texts.values()):
        return None
    return next((f"Output {name}: {text}" for name, text in texts.items() if text), "")


def _compare_arrays(got, expected):
    asked = f"An array of shape {expected.shape} is asked, and this is {describe(got)}"
    if not isinstance(got, np.ndarray):
        if is_number(got):
            return f"{asked}: one number for every place is not accepted."
        return f"{asked}: make it an array with np.array." if isinstance(got, list | tuple) else f"{asked}."
    got = np.asarray(got)  # of a subclass, the numbers alone
    if got.shape != expected.shape:
        return f"{asked}."
    if _kind(got) != _kind(expected):
        return f"An array of dtype {expected.dtype} is asked, and this has dtype {got.dtype}."
    if _kind(expected) != "f":
        return _first_wrong(got, expected, got != expected)
    lost = ~np.isfinite(got) & np.isfinite(expected)
    if lost.any():
        return f"{_count(lost)} NaN or infinite, the first at {_first(lost)}."
    tolerance = max(float(np.finfo(array.dtype).eps) for array in (got, expected)) ** 0.6
    scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=0)) or 1.0
    got, expected = got.astype(float), expected.astype(float)  # differences of float16 would overflow
    right = np.isclose(got, expected, rtol=0, atol=tolerance * scale, equal_nan=True)
    return _first_wrong(got, expected, ~right)


def _kind(array):
    return "i" if array.dtype.kind == "u" else array.dtype.kind


def _first_wrong(got, expected, wrong):
    if not wrong.any():
        return None
    where = tuple(_first(wrong))
    values = f"{show(expected[where])} expected, {show(got[where])} returned"
    return f"{_count(wrong)} wrong, the first at {list(where)}: {values}."


def _count(mask):
    return f"{np.count_nonzero(mask)} of {mask.size} numbers are"


def _first(mask):
    return [int(index) for index in np.argwhere(mask)[0]]
