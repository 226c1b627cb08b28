"""Is an answer right? And if not: is it a wrong value, or something that is no answer to the question at all?"""

from dataclasses import dataclass, replace

import numpy as np

from ._findings import Finding
from ._freeze import freeze
from ._show import shown
from ._tensors import dtype_name, epsilon, is_tensor, numbers

_FLOATS = frozenset({float, *(np.dtype(code).type for code in "efdg")})
_COMPLEX = frozenset({complex, *(np.dtype(code).type for code in "FDG")})
_KINDS = {
    type(None): "none",
    bool: "bool",
    int: "integer",
    **dict.fromkeys(_FLOATS, "number"),
    **dict.fromkeys(_COMPLEX, "complex"),
    str: "string",
    bytes: "bytes",
    range: "range",
    set: "set",
    frozenset: "set",
    dict: "dict",
    list: "list",
    tuple: "list",
    np.ndarray: "array",
}
_CASTS = frozenset({"bool", "integer", "number", "complex", "string"})
_CONTAINERS = {"list": list, "shape": tuple, "set": set}


def compare(got, expected, outputs=(), *, rtol=None, atol=None, axes=None, keeps_dtype=False):
    """Say what is wrong with an answer. What is asked for is read off the right one.

    Integers, strings and the like are compared exactly: Python's and NumPy's numbers both count, floats are no integers
    and bools no numbers. Lists and tuples count as the same kind; a set, a dict, an array, a tensor must be one. Arrays
    must have the shape and the kind of dtype that is asked.

    Floats are compared one by one, and may differ by ``rtol * abs(expected) + atol``. The relative part covers what
    rounding does to a formula. The absolute part covers what is left where large terms cancel in a sum: the order of
    the terms then decides the last digits, so it is measured by the largest number of the answer, not by the one at
    hand.

    Parameters
    ----------
    got, expected : object
        The answer and the right answer.
    outputs : tuple of str
        Names of the outputs, where `expected` is a tuple of several. A tuple of integers without names is a shape.
    rtol : float, optional
        Relative part. Left out: ``eps ** 0.6`` of the coarser of the two dtypes, 4e-10 in float64, 7e-5 in float32.
    atol : float, optional
        Absolute part, for float64; a coarser dtype gets as much more as its ``eps`` is larger. Left out: ``64 * eps``
        of the largest finite number of the right answer, 1.4e-14 of it in float64. A question sets 0 where the small
        numbers of an answer count by themselves (probabilities), and more where everything may cancel (an edge filter
        on a constant image: about ``64 * eps`` of the terms of its sums).
    axes : dict of str to str, optional
        Letters of the axes of the answer's arrays, by output or, where it is one array, as ``answer``.
    keeps_dtype : bool
        Whether arrays must have the very dtype of the right answer.

    Returns
    -------
    Finding or None
        None where the answer is right.

    Raises
    ------
    TypeError
        Where the right answer is no value that can be compared: such a question needs a judge.

    Examples
    --------
    >>> compare(np.int64(3), 3) is None
    True
    >>> compare(4, 3)
    Finding(code='value', slots={})
    >>> compare(3.0, 3)
    Finding(code='type_integer', slots={'type': 'float'})
    >>> compare(np.zeros((6, 3)), np.zeros((3, 6))).code
    'shape_array'
    >>> compare([1.0, 0.0], [1.0, 1e-12]).code
    'places'
    """
    got, expected = freeze(got), freeze(expected)
    comparison = _Comparison(rtol, atol, _largest(expected), axes or {}, keeps_dtype)
    return comparison.outputs(got, expected, tuple(outputs))


def alike(first, second):
    """Whether two answers to the same call are the same, but for rounding. It never raises.

    >>> alike(0.1 + 0.2, 0.3), alike([1], [2]), alike(object(), object())
    (True, False, True)
    """
    first, second = freeze(first), freeze(second)
    try:
        return same(first, second) or compare(first, second) is None
    except TypeError:
        return False


def near(got, expected, *, rtol=None, atol=None):
    """Which numbers of two arrays of one shape are the same, but for rounding: what a pattern is made of. Where a
    question has its own tolerances, it is what these say.

    >>> near(np.array([0.1 + 0.2, 1]), np.array([0.3, 2])).tolist()
    [True, False]
    """
    size = np.abs(expected)
    atol = 1e-9 * size.max(initial=1) if atol is None else atol
    return np.abs(got - expected) <= (1e-6 if rtol is None else rtol) * size + atol


def is_integer(value):
    """Whether a value is a whole number by its type: Python's int or NumPy's, no bool, no float.

    >>> is_integer(np.int64(3)), is_integer(True), is_integer(3.0)
    (True, False, False)
    """
    return type(freeze(value)) is int


def is_number(value):
    """Whether a value is an integer or a float, Python's or NumPy's; no bool, no array.

    >>> is_number(3), is_number(np.float32(0.5)), is_number(np.zeros(1))
    (True, True, False)
    """
    return type(freeze(value)) in _FLOATS | {int}


def is_opaque(value):
    """Whether a value is an object that checks do not look into, so that two of them may differ unseen.

    >>> is_opaque(map(abs, [1])), is_opaque([1])
    (True, False)
    """
    return shown(freeze(value))["kind"] == "object"


def same(first, second):
    """Whether two values are the same bit for bit. Objects that checks do not look into are the same by type and name.

    >>> same((1, np.array([np.nan])), (1, np.array([np.nan]))), same(1, 1.0)
    (True, False)
    """
    return same_frozen(freeze(first), freeze(second))


def same_frozen(first, second):
    """The same of two values that :func:`cnnbook.checks._freeze.freeze` has given."""
    if type(first) is not type(second):
        return False
    if isinstance(first, np.ndarray):
        if first.dtype != second.dtype or first.shape != second.shape:
            return False
        if first.dtype.hasobject:
            return same_frozen(first.tolist(), second.tolist())
        return first.tobytes() == second.tobytes()
    if isinstance(first, tuple | list):
        return len(first) == len(second) and all(map(same_frozen, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same_frozen(first[key], second[key]) for key in first)
    if is_tensor(first):
        return first.dtype == second.dtype and same_frozen(numbers(first), numbers(second))
    return bool(first == second or (first != first and second != second))


@dataclass(frozen=True)
class _Comparison:
    """How exactly to compare: see :func:`compare`. `scale` is the largest number of the right answer."""

    rtol: float | None
    atol: float | None
    scale: float
    axes: dict
    keeps_dtype: bool
    output: str = "answer"

    def outputs(self, got, expected, names):
        if not names or type(expected) is not tuple:
            return self.values(got, expected)
        slots = {"asked": len(expected), "outputs": list(names)}
        if not isinstance(got, tuple | list):
            in_order = _items(got) if _kind(got) in ("array", "range") else None
            if in_order and self.outputs(in_order, expected, names) is None:
                return Finding("type_shape", {"got": shown(got)})
            if _kind(got) == "array" and got.ndim > 1 and self.outputs([*got], expected, names) is None:  # np.stack
                return Finding("type_outputs", slots | {"got": shown(got)})
            return Finding("asked_outputs", slots | {"got": shown(got)})
        if len(got) != len(expected):
            return Finding("count_outputs", slots | {"count": len(got)})
        found = []
        for name, one, right in zip(names, got, expected, strict=True):
            finding = replace(self, scale=_largest(right), output=name).values(one, right)
            silent = finding is None or finding.code == "value"
            found.append(finding if silent else Finding("in_output", {"output": name, "finding": finding}))
        return _worst(found)

    def values(self, got, expected):
        """The finding for any two values, by the kind of the right one."""
        kind, given = _kind(expected), _kind(got)
        if kind is None:
            raise TypeError(f"a right answer {shown(expected)['text']} cannot be compared: declare a judge")
        if kind in ("array", "tensor"):
            return self.arrays(got, expected, kind) if given == kind else self.no_array(got, expected, kind)
        if (kind in ("number", "complex") and given in ("integer", "number")) or kind == given == "complex":
            return self.floats(got, expected)
        if given != kind:
            return self.misfit(got, expected, kind)
        return {"set": self.sets, "dict": self.dicts, "list": self.lists}.get(kind, _exactly)(got, expected)

    def misfit(self, got, expected, kind):
        """What is wrong with the type of an answer; where the value in it is right, that is said, and the remedy."""
        kind = "shape" if _is_shape(expected) else kind
        return self.remedy(got, expected, kind) or Finding(
            f"asked_{kind}", {"expected": shown(expected), "got": shown(got)}
        )

    def remedy(self, got, expected, kind):
        if type(got) is str:
            right = kind in _CASTS and got.strip() == shown(expected)["text"]
            return Finding("type_quotes") if right else None
        if kind in _CASTS and _kind(got) in _CASTS:  # equal exactly: int(2.9999999) is 2
            return Finding(f"type_{kind}", {"type": shown(got)["kind"]}) if got == expected else None
        items = _items(got)
        if items is None or kind not in _CASTS | _CONTAINERS.keys():
            return None
        if kind in _CASTS:
            right = len(items) == 1 and self.values(items[0], expected) is None
            return Finding("type_alone", {"got": shown(got)}) if right else None
        try:
            cast = _CONTAINERS[kind](items)
        except TypeError:  # a set of lists
            return None
        return Finding(f"type_{kind}", {"got": shown(got)}) if self.values(cast, expected) is None else None

    def lists(self, got, expected):
        if len(got) != len(expected):
            code = "count_shape" if _is_shape(expected) else "count_items"
            return Finding(code, {"asked": len(expected), "count": len(got)})
        return self.each([(place, *pair) for place, pair in enumerate(zip(got, expected, strict=True))])

    def dicts(self, got, expected):
        missing, more = expected.keys() - got.keys(), got.keys() - expected.keys()
        if missing or more:
            return Finding("keys_missing" if missing else "keys_more", {"keys": _texts(missing or more)})
        return self.each([(key, got[key], expected[key]) for key in expected])

    def sets(self, got, expected):
        missing, more = expected - got, got - expected
        if not missing and not more:
            return None
        if all(_kind(item) in ("integer", "number") for item in got | expected) and len(got) == len(expected):
            return self.lists(sorted(got), sorted(expected)) and Finding("value")
        return Finding("items_missing" if missing else "items_more", {"items": _texts(missing or more)})

    def each(self, items):
        """The finding for the items of a container: wrong floats are counted, any other trouble is told of one."""
        found = [(place, *pair, self.values(*pair)) for place, *pair in items]
        wrong = [entry for entry in found if entry[-1] and entry[-1].code == "value"]
        if not wrong:
            inside = [(shown(place)["text"], finding) for place, _, _, finding in found if finding]
            return _worst([Finding("in_item", {"place": f"[{p}]", "finding": finding}) for p, finding in inside])
        place, got, expected, finding = wrong[0]
        if _kind(expected) != "number":
            return finding
        counts = {"wrong": len(wrong), "count": len(found), "place": f"[{shown(place)['text']}]"}
        return Finding("places", counts | {"expected": shown(expected), "got": shown(got)})

    def floats(self, got, expected):
        try:
            got = float(got) if type(got) is int else got
        except OverflowError:  # an integer beyond all floats
            return Finding("value")
        if np.isfinite(expected) and not np.isfinite(got):
            return Finding("lost", {"got": shown(got)})
        right = self.close(np.asarray(got), np.asarray(expected), max(epsilon(got), epsilon(expected)))
        return None if right else Finding("value")

    def no_array(self, got, expected, kind):
        """What is wrong with an answer that is no array, or no tensor, at all."""
        if _kind(got) in _CASTS:
            return Finding(f"number_for_{kind}", {"shape": self.shape(expected), "got": shown(got)})
        if (array := _as_array(got, expected)) is not None and self.arrays(array, numbers(expected), "array") is None:
            return Finding(f"type_{kind}", {"got": shown(got)})
        return Finding(f"asked_{kind}", {"shape": self.shape(expected), "got": shown(got)})

    def arrays(self, got, expected, kind):
        eps, given, asked = max(epsilon(got), epsilon(expected)), got.dtype, expected.dtype
        got, expected = numbers(got), numbers(expected)
        if got.shape != expected.shape:
            return Finding(f"shape_{kind}", {"expected": self.shape(expected), "got": str(got.shape)})
        kinds = got.dtype.kind.replace("u", "i") + expected.dtype.kind.replace("u", "i")
        unlike = kinds[0] != kinds[1] or (self.keeps_dtype and given != asked)
        if unlike or got.dtype.names != expected.dtype.names:
            exact = np.array_equal if kinds[0] != kinds[1] else lambda *pair: self.close(*pair, eps).all()
            equal = set(kinds) <= set("bifc") and exact(got, expected)
            dtypes = {"expected": dtype_name(asked), "got": dtype_name(given)}
            return Finding("type_dtype" if equal else "dtype", dtypes)
        if expected.dtype.names:
            return self.each([(name, got[name], expected[name]) for name in expected.dtype.names])
        if kinds == "OO":
            return self.lists(got.ravel().tolist(), expected.ravel().tolist())
        if kinds[0] not in "fc":
            missing = (got != got) & (expected != expected)  # NaT, which differs from itself
            return _places(got, expected, (got != expected) & ~missing)
        lost = ~np.isfinite(got) & np.isfinite(expected)
        if lost.any():
            return Finding("places_lost", {"wrong": int(lost.sum()), "count": lost.size, "place": str(_first(lost))})
        return _places(got, expected, ~self.close(got, expected, eps))

    def shape(self, array):
        """The shape of an array as a message writes it, axes by their letters where they have some."""
        letters = self.axes.get(self.output, "").split()
        if len(letters) != array.ndim:
            return str(tuple(array.shape))
        return f"({', '.join(f'{letter}={size}' for letter, size in zip(letters, array.shape, strict=True))})"

    def close(self, got, expected, eps):
        """Which numbers are equal but for rounding; infinities and not-a-numbers are equal to themselves."""
        rtol = eps**0.6 if self.rtol is None else self.rtol
        if self.atol is None:
            atol = min(64 * eps, eps**0.6) * (self.scale or 1.0)
        else:
            atol = self.atol * max(1.0, eps / np.finfo(np.float64).eps)
        common = np.result_type(got, expected, np.float64)  # differences of float16 would overflow
        got, expected = got.astype(common), expected.astype(common)
        with np.errstate(all="ignore"):
            near = np.abs(got - expected) <= rtol * np.abs(expected) + atol
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        return np.where(np.isfinite(got) & np.isfinite(expected), near, same)


def _kind(value):
    return _KINDS.get(type(value)) or ("tensor" if is_tensor(value) else None)


def _exactly(got, expected):
    return None if got == expected else Finding("value")


def _is_shape(value):
    return type(value) is tuple and value != () and all(type(axis) is int and axis >= 0 for axis in value)


def _texts(values):
    return sorted(shown(value)["text"] for value in values)


def _items(value):
    """The items of an answer that could be put into another container; None where there are none."""
    if _kind(value) in ("array", "tensor"):
        array = numbers(value)
        return array.ravel().tolist() if array.size == 1 or array.ndim == 1 else None
    return list(value) if _kind(value) in ("list", "set", "range") else None


def _as_array(got, expected):
    if _kind(got) in ("array", "tensor"):
        return numbers(got)
    if _kind(got) != "list":
        return None
    try:
        array = np.array(got)
    except (TypeError, ValueError, OverflowError, RuntimeError):  # rows of unequal lengths, or tensors in it
        return None
    return array.astype(float) if array.dtype.kind == "i" and epsilon(expected) else array


def _worst(found):
    """The finding to tell: one about a value before those about types alone."""
    found = [finding for finding in found if finding]
    return next((finding for finding in found if not finding.value_is_right), found[0] if found else None)


def _largest(value):
    """The largest finite number of a right answer, as far as it holds floats."""
    if _kind(value) in ("array", "tensor"):
        array = numbers(value)
        if array.dtype.kind in "fc":
            return float(np.abs(array[np.isfinite(array)]).max(initial=0))
        value = array.ravel().tolist() if array.dtype.kind == "O" else []
    if isinstance(value, dict | list | tuple):
        return max(map(_largest, value.values() if isinstance(value, dict) else value), default=0.0)
    finite = _kind(value) in ("number", "complex") and np.isfinite(value)
    return float(max(abs(value.real), abs(value.imag))) if finite else 0.0  # abs(value) itself may overflow


def _places(got, expected, wrong):
    if not wrong.any():
        return None
    if not wrong.ndim:
        return Finding("value")
    place = _first(wrong)
    counts = {"wrong": int(np.count_nonzero(wrong)), "count": wrong.size, "place": str(place)}
    return Finding("places", counts | {"expected": shown(expected[tuple(place)]), "got": shown(got[tuple(place)])})


def _first(mask):
    return [int(index) for index in np.argwhere(mask)[0]]
