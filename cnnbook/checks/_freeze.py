"""An answer as it was returned, in types that keep their word: nothing of a student's runs when they are looked at.

An object of a student's can call itself equal to anything, change later, raise from its ``repr``. So an answer is taken
apart where it is returned, within the time limit: numbers, strings, arrays, tensors and containers become plain copies
of themselves, and of everything else only its kind and its name are kept.
"""

import types

import numpy as np

from ._show import BRACKETS, Thing, closed, shown
from ._tensors import is_tensor, plain

_MOST = 10_000  # items, of a container and of all that it holds
_LARGEST = 10_000_000  # numbers of an array that is kept
_DEEPEST = 20  # containers in containers
_PLAIN = frozenset({type(None), type(...), bool, int, float, complex, str, bytes, range})
_NUMPY = frozenset(np.sctypeDict.values())


def freeze(value):
    """Return a copy of a value, in Python's and NumPy's own types, or a :class:`Thing`. It never raises.

    NumPy's integers and bools become Python's, so that they do not overflow in what a question computes with them.

    Examples
    --------
    >>> freeze([np.int8(3), ("a", None)])
    [3, ('a', None)]
    >>> freeze(object()).facts["type"]
    'object'
    """
    try:
        return _freeze(value, (), [_MOST])
    except Exception:  # whatever it is, it is no answer to any question
        return Thing(shown(value))


def _freeze(value, inside, budget):
    kind = type(value)
    if kind in _PLAIN or kind is Thing:
        return value
    if kind is tuple or kind is list:  # before what is rarer
        return _freeze_items(value, kind, inside, budget)
    if kind is np.ndarray and not value.dtype.hasobject and value.size <= _LARGEST:
        return value.copy()
    if kind in _NUMPY:
        return value if issubclass(kind, np.inexact) and kind is not np.float64 else _freeze(value.item(), (), budget)
    if issubclass(kind, np.ndarray):
        return _freeze_array(value, inside, budget)
    if is_tensor(value):
        copy = plain(value)
        return copy if copy.numel() <= _LARGEST else Thing(shown(copy))
    for base in BRACKETS:
        if issubclass(kind, base):
            return _freeze_items(value, base, inside, budget)
    if kind is types.CoroutineType:
        value.close()  # otherwise Python warns, somewhere later, that nobody has awaited it
    return Thing(shown(value))


def _freeze_array(value, inside, budget):
    if issubclass(type(value), np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        return Thing({"kind": "object", "type": "MaskedArray", "text": "<MaskedArray>"})
    array = np.ndarray.view(value, np.ndarray)
    if not array.dtype.hasobject and array.size <= _LARGEST:
        return array.copy()
    if array.dtype.names or array.size > _MOST or id(value) in inside or len(inside) == _DEEPEST:
        return Thing(shown(value))
    _spend(budget, array.size)
    frozen = np.empty(array.shape, object)
    for place in np.ndindex(array.shape):
        frozen[place] = _freeze(array[place], (*inside, id(value)), budget)
    return frozen


def _freeze_items(value, base, inside, budget):
    if id(value) in inside or len(inside) == _DEEPEST:
        return Thing(closed(value, base))
    inside = (*inside, id(value))

    def frozen(items):
        _spend(budget, base.__len__(value))
        return [item if type(item) in _PLAIN else _freeze(item, inside, budget) for item in items]

    if base is dict:
        return dict(zip(frozen(dict.keys(value)), frozen(dict.values(value)), strict=True))
    return base(frozen(base.__iter__(value)))


def _spend(budget, items):
    """Take items from what is left of `_MOST`."""
    budget[0] -= items
    if budget[0] < 0:
        raise ValueError("too many items to keep")
