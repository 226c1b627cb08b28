"""Values as a message shows them: short, plain data, and the same on every machine.

A value becomes a small dict, which holds no object of a student's: it can be written as JSON, and ``_words.py`` says it
in any language. What a student's code named or wrote is quoted: shortened, with control characters escaped.
"""

import types
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ._tensors import dtype_name, is_tensor, numbers

_WRITTEN_OUT = 60  # an array of more numbers than this is shortened
_LONGEST = 400  # characters of any other value
_DEEPEST, _NESTED = 4, 20  # containers in containers, and items that are written of such a one
_COLUMNS = 76  # of an array's lines, which stand indented by 4

_KINDS = {
    type(None): "none",
    type(...): "ellipsis",
    bool: "bool",
    int: "integer",
    float: "float",
    complex: "complex",
    str: "string",
    bytes: "bytes",
    range: "range",
}
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, np.ufunc)
_NAME = type.__dict__["__name__"].__get__  # asks no metaclass of a student's
BRACKETS = {tuple: "()", list: "[]", dict: "{}", set: "{}", frozenset: "{}"}


@dataclass(frozen=True)
class Thing:
    """What a check does not look into: an object, a function, a container that holds itself.

    Attributes
    ----------
    facts : dict
        How it is shown; see :func:`shown`.
    """

    facts: dict

    __hash__ = None


def shown(value):
    """Return a value as a dict of plain data: its kind, how it is written, and what a sentence may say of it.

    Parameters
    ----------
    value : object
        Anything that a function may take or return.

    Returns
    -------
    dict
        ``kind``, and as far as it has them ``text``, ``shape``, ``dtype``, ``count`` (of items), ``type`` (its name)
        and, where it holds arrays, ``items``: pairs of a label and an item as this function shows it.

    Examples
    --------
    >>> shown(np.int64(6))
    {'kind': 'integer', 'text': '6'}
    >>> shown((3, 6))
    {'kind': 'tuple', 'count': 2, 'text': '(3, 6)'}
    >>> shown(np.zeros((1, 2)))
    {'kind': 'array', 'shape': [1, 2], 'dtype': 'float64', 'text': '[[0. 0.]]'}
    """
    try:
        return _shown(value, ())
    except Exception:  # whatever it is, it has a type
        return _object(value)


def quote(text, longest=_LONGEST):
    """Write a text of a student's code as data: on one line, shortened, what cannot be printed escaped.

    Examples
    --------
    >>> quote("two\\nlines"), quote("x" * 9, longest=3)
    ('two\\\\nlines', 'xxx...')
    """
    text = str.__str__(text)
    cut, more = text[:longest], "..." if len(text) > longest else ""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut) + more


def type_name(value):
    """Name of a value's type, quoted."""
    return quote(_NAME(type(value)), 60)


def _shown(value, inside):
    kind = type(value)
    if kind is Thing:
        return value.facts
    if issubclass(kind, np.ndarray):
        return _array(value, "array")
    if is_tensor(value):
        return _array(value, "tensor")
    if issubclass(kind, np.generic):
        value = value.item()
        kind = type(value)
    for base in BRACKETS:
        if issubclass(kind, base):
            return _container(value, base, inside)
    if kind not in _KINDS:
        return _object(value)
    return {"kind": _KINDS[kind], "text": "..." if value is ... else _written(value)}


def _array(value, kind):
    array = value if kind == "tensor" else np.ndarray.view(value, np.ndarray)
    name, array = dtype_name(array.dtype), numbers(array)
    return {"kind": kind, "shape": list(array.shape), "dtype": quote(name), "text": _grid(array)}


def _grid(array):
    if array.dtype.hasobject and array.dtype.names:
        return "..."
    if array.ndim > 6 and array.size > _WRITTEN_OUT:  # edges of so many axes would be thousands of numbers
        array = np.array(list(islice(array.flat, 4)), array.dtype)
        return np.array2string(array)[:-1] + " ..."
    small = array.dtype.kind in "fc" and array.size <= _WRITTEN_OUT and (array != 0) & (np.abs(array) < 1e-4)
    options = {"formatter": {"object": lambda item: _shown(item, ())["text"]}} if array.dtype.hasobject else {}
    with np.printoptions(legacy=False, formatter=None, floatmode="maxprec", sign="-", nanstr="nan", infstr="inf"):
        text = np.array2string(
            array,
            max_line_width=_COLUMNS,
            precision=4,
            suppress_small=not np.any(small),  # a small number is not written as 0
            threshold=_WRITTEN_OUT,
            edgeitems=2 if array.ndim < 4 else 1,
            **options,
        )
    lines = [quote(line, _COLUMNS) for line in text.split("\n")]
    return "\n".join(lines[:_WRITTEN_OUT] + ["..."] * (len(lines) > _WRITTEN_OUT))


def _container(value, base, inside):
    if id(value) in inside or len(inside) == _DEEPEST:
        return closed(value, base)
    opening, closing = BRACKETS[base]
    kind = "set" if base is frozenset else base.__name__
    count = base.__len__(value)
    inside = (*inside, id(value))
    iterator = iter(dict.items(value)) if base is dict else base.__iter__(value)
    first = list(islice(iterator, _NESTED if len(inside) > 1 else _WRITTEN_OUT))
    if base is dict:
        labels = [_shown(key, inside).get("text", "...") for key, _ in first]
        items = [_shown(item, inside) for _, item in first]
    else:
        labels = [str(number) for number, _ in enumerate(first, 1)]
        items = [_shown(item, inside) for item in first]
    if any("items" in item or "shape" in item for item in items):
        return {"kind": kind, "count": count, "items": [list(pair) for pair in zip(labels, items, strict=True)]}
    texts = [item["text"] for item in items]
    if base is dict:
        texts = [f"{label}: {text}" for label, text in zip(labels, texts, strict=True)]
    elif kind == "set":
        texts = sorted(texts)  # the order of a set differs from run to run
    joined = ", ".join(texts + ["..."] * (count > len(items)))
    if base is tuple and count == 1:
        joined += ","
    text = "set()" if kind == "set" and not count else f"{opening}{joined}{closing}"
    return {"kind": kind, "count": count, "text": _shortened(text)}


def closed(value, base):
    """Facts of a container that is not opened: it holds itself, or lies in many others."""
    text = "...".join(BRACKETS[base])
    return {"kind": "set" if base is frozenset else base.__name__, "count": base.__len__(value), "text": text}


def _written(value):
    if isinstance(value, str | bytes):
        return _shortened(repr(value[: _LONGEST + 1]))
    try:
        return _shortened(repr(value))
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return f"~{'-' * (value < 0)}2**{value.bit_length() - 1}"


def _shortened(text):
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _object(value):
    if issubclass(type(value), type):
        kind, name = "class", _NAME(value)
    elif issubclass(type(value), _FUNCTIONS):
        kind, name = "function", value.__name__
    else:
        kind, name = "object", _NAME(type(value))
    name = quote(name, 60)
    return {"kind": kind, "type": name, "text": f"<{name}>"}
