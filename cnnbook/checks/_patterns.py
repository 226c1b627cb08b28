"""How wrong arrays differ from right ones: transposed, flipped, cut off, right in the first row alone."""

from itertools import combinations, permutations, product

import numpy as np

from ._compare import compare, near
from ._findings import Finding
from ._tensors import is_tensor, numbers

_ENOUGH = 3  # answers that show a pattern; fewer have all sorts of them by accident
_AXES = 4  # of larger arrays nothing is told
_PLACES = 400  # where one array is looked for in another


def pattern(pairs, outputs=(), axes=None):
    """What all wrong answers have in common, as arrays.

    Parameters
    ----------
    pairs : list of (object, object)
        Wrong answers, each with the right one.
    outputs : tuple of str
        Names of the outputs, where there are several.
    axes : dict of str to str, optional
        Letters of the axes, by output or as ``answer``.

    Returns
    -------
    Finding or None
        None where nothing is common to all of them, or too few of them show it.

    Examples
    --------
    >>> arrays = [np.arange(6).reshape(2, 3) + number for number in range(3)]
    >>> pattern([(array.T, array) for array in arrays], axes={"answer": "H W"})
    Finding(code='pattern_transposed', slots={'axes': ['W', 'H']})
    """
    if outputs and not all(type(got) in (tuple, list) and len(got) == len(outputs) for got, _ in pairs):
        return None
    if found := _exchanged(pairs, outputs):
        return found
    for place, name in enumerate(outputs or ("answer",)):
        asked = [(got[place], right[place]) for got, right in pairs] if outputs else pairs
        arrays = [tuple(map(_array, pair)) for pair in asked if compare(*pair)]  # of several outputs one may be right
        if any(part is None for pair in arrays for part in pair):
            continue
        wrong = [pair for pair in arrays if pair[0].shape != pair[1].shape or not near(*pair).all()]
        if found := _common(wrong, (axes or {}).get(name, "").split()):
            return Finding("in_output", {"output": name, "finding": found}) if outputs else found
    return None


def _exchanged(pairs, outputs):
    """Whether all answers have the right outputs in another order."""
    arrays = [[[_array(part) for part in side] for side in pair] for pair in pairs] if len(outputs) > 1 else []
    if len(arrays) < _ENOUGH or any(part is None for pair in arrays for side in pair for part in side):
        return None
    for order in permutations(range(len(outputs))):
        mixed = [(part, right[place]) for got, right in arrays for part, place in zip(got, order, strict=True)]
        if all(part.shape == right.shape and near(part, right).all() for part, right in mixed):
            return Finding("pattern_outputs", {"outputs": [outputs[place] for place in order]})
    return None


def marks(got, expected, **tolerances):
    """Lines that mark with x where an array of at most two axes is wrong; none where they would say nothing."""
    got, expected = _array(got), _array(expected)
    if got is None or expected is None or got.shape != expected.shape or not 0 < got.ndim < 3 or got.shape[-1] > 30:
        return []
    wrong = np.atleast_2d(~near(got, expected, **tolerances))
    if wrong.all() or wrong.sum() < 2 or len(wrong) > 12:
        return []
    return [" ".join("x" if entry else "." for entry in row) for row in wrong]


def _array(value):
    value = numbers(value) if is_tensor(value) else value
    usable = isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and 0 < value.ndim <= _AXES and value.size
    return value.astype(np.float64) if usable and np.isfinite(value).all() else None


def _common(pairs, letters):
    """The first thing that holds for all pairs, and that enough of them show."""
    if len(pairs) < _ENOUGH:
        return None
    found = dict(_all(*pairs[0], letters))
    shown = {finding: int(telling) for finding, telling in found.items()}
    for pair in pairs[1:]:
        if not shown:
            return None
        here = dict(_all(*pair, letters))
        shown = {finding: count + here[finding] for finding, count in shown.items() if finding in here}
    return next((Finding(code, dict(slots)) for (code, slots), count in shown.items() if count >= _ENOUGH), None)


def _all(got, expected, letters):
    """What holds for one wrong answer, as ((code, slots), whether it is more than a matter of course)."""
    names = letters if len(letters) == expected.ndim else [f"axis {axis}" for axis in range(expected.ndim)]
    for code, slots, telling in _alike(got, expected, names) if got.shape == expected.shape else ():
        yield (code, tuple(slots.items())), telling
    for code, slots, telling in _reordered(got, expected, names):
        yield (code, tuple(slots.items())), telling


def _alike(got, expected, names):
    """Of arrays of the same shape."""
    if not got.any():
        yield "pattern_zero", {}, True
    where = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    if expected[where] and got[where] and near(got, (factor := got[where] / expected[where]) * expected).all():
        code = "pattern_negated" if factor == -1 else "pattern_scaled"
        slots = {} if factor == -1 else {"factor": float(f"{factor:.6g}")}
        yield code, slots, np.count_nonzero(expected) > 1
    if near(got, expected + (more := got[where] - expected[where])).all():
        yield "pattern_more", {"more": float(f"{more:.6g}")}, got.size > 1
    axes = range(got.ndim)
    for flipped in [chosen for count in range(1, got.ndim + 1) for chosen in combinations(axes, count)]:
        if near(got, np.flip(expected, flipped)).all():
            yield "pattern_flipped", {"axes": tuple(names[axis] for axis in flipped)}, True
    wrong = ~near(got, expected)
    for axis in reversed(axes):
        for step in (1, -1):
            ahead, behind = (np.moveaxis(array, axis, 0)[::step] for array in (got, expected))
            if near(ahead[1:], behind[:-1]).all():
                slots, telling = {"axis": names[axis]}, behind[:-1].any() and len(behind) > 2
                yield "pattern_late" if step > 0 else "pattern_early", slots, telling
    sides = [(axis, first) for axis in reversed(axes) for first in (0, -1)]
    for axis, first in sides:
        _, elsewhere = _lines(wrong, axis, first)
        if not elsewhere.any():
            yield f"pattern_wrong_{'last' if first else 'first'}", {"axis": names[axis]}, elsewhere.size > 0
    if got.ndim > 1 and not (before := wrong[..., :-1, :-1]).any():
        yield "pattern_wrong_ends", {"axes": tuple(names[-2:])}, before.size > 0
    if got.ndim > 1 and not (inside := wrong[..., 1:-1, 1:-1]).any():
        yield "pattern_border", {}, inside.size > 0
    for axis, first in sides:
        at, elsewhere = _lines(wrong, axis, first)
        if not at:
            yield f"pattern_right_{'last' if first else 'first'}", {"axis": names[axis]}, elsewhere.all()


def _lines(wrong, axis, place):
    """Whether anything is wrong at one index of an axis, and at each of the others."""
    lines = wrong.any(axis=tuple(other for other in range(wrong.ndim) if other != axis))
    return lines[place], np.delete(lines, place)


def _reordered(got, expected, names):
    """Of arrays whose axes are in another order, or that are a part of each other."""
    if got.ndim == expected.ndim:
        for order in permutations(range(got.ndim)):
            moved = expected.transpose(order)
            if list(order) != sorted(order) and moved.shape == got.shape and near(got, moved).all():
                code = "pattern_axes" if got.ndim > 2 else "pattern_transposed"
                yield code, {"axes": tuple(names[axis] for axis in order)}, True
        if got.shape != expected.shape and _within(got, expected):
            yield "pattern_larger", {}, expected.size > 1
        if got.shape != expected.shape and _within(expected, got):
            yield "pattern_smaller", {}, got.size > 1
    if got.shape != expected.shape and got.size == expected.size and near(got.ravel(), expected.ravel()).all():
        yield "pattern_shape", {}, got.size > 1


def _within(whole, part):
    """Whether an array stands somewhere in another one, as it is."""
    room = [long - short + 1 for long, short in zip(whole.shape, part.shape, strict=True)]
    if min(room) < 1 or np.prod(room) > _PLACES:
        return False
    starts = product(*map(range, room))
    return any(
        near(whole[tuple(slice(at, at + size) for at, size in zip(start, part.shape, strict=True))], part).all()
        for start in starts
    )
