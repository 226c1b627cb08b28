"""Values as a message shows them: short, and the same on every machine."""

import numpy as np

_WRITTEN_OUT = 60  # an array of more numbers than this is shortened
_LONGEST = 200  # characters of any other value

_PLAIN = (type(None), bool, int, float, complex, str, bytes, dict, set, range, slice)
_NAMES = ((bool, "bool"), (int, "integer"), (float, "float"), (str, "string"))


def show(value):
    """Write a value for a reader: arrays with shape and dtype, NumPy's scalars as plain numbers.

    Parameters
    ----------
    value : object
        Anything that a function may take or return.

    Returns
    -------
    str
        One line, or several for arrays.

    Examples
    --------
    >>> show((3, np.int64(6)))
    '(3, 6)'
    >>> print(show(np.arange(10).reshape(5, 2)[:2]))
    array of shape (2, 2), int64:
    [[0 1]
     [2 3]]
    """
    if isinstance(value, np.ndarray):
        numbers = np.array2string(value, precision=4, suppress_small=True, threshold=_WRITTEN_OUT, edgeitems=2)
        return f"array of shape {value.shape}, {value.dtype}:\n{numbers}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple | list):
        return _show_items(value)
    if value is ...:
        return "..."
    if type(value) not in _PLAIN:  # its own text may hold an address, which differs from run to run
        return describe(value)
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number too long to write"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _show_items(items):
    shown = [show(item) for item in items[:_WRITTEN_OUT]]
    if any("\n" in text for text in shown):
        return "\n".join(f"output {number}: {text}" for number, text in enumerate(shown, 1))
    inside = ", ".join(shown) + (", ..." if len(items) > len(shown) else "")
    if isinstance(items, list):
        return f"[{inside}]"
    return f"({inside},)" if len(items) == 1 else f"({inside})"


def describe(value):
    """Say what kind of thing a value is, as the middle of a sentence.

    Examples
    --------
    >>> describe(5.0), describe([5]), describe(np.zeros((3, 2)))
    ('the float 5.0', 'a list of 1', 'an array of shape (3, 2)')
    """
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, np.generic):
        value = value.item()
    for kind, name in _NAMES:
        if type(value) is kind:
            return f"the {name} {show(value)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
    return f"an object of type {type(value).__name__}"
