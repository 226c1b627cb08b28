"""Mistakes in arrays of any number of axes, of which each may be made everywhere or in some cases alone."""

import numpy as np


def put(array, place, value):
    array = array.copy()
    array[place] = value
    return array


CHANGES = {
    "the first entry is one more": lambda a: put(a, (0,) * a.ndim, a[(0,) * a.ndim] + 1),
    "the last entry is one less": lambda a: put(a, (-1,) * a.ndim, a[(-1,) * a.ndim] - 1),
    "the last row is missing": lambda a: a[..., :-1, :],
    "the last column is missing": lambda a: a[..., :-1],
    "the first channel is missing": lambda a: a[1:],
    "a row of zeros too many": lambda a: np.pad(a, [(0, 0)] * (a.ndim - 2) + [(0, 1), (0, 0)]),
    "all columns summed up": lambda a: a.cumsum(-1) + a[..., :1],
    "rows the wrong way round": lambda a: a[..., ::-1, :] + (a.shape[-2] == 1),
    "columns the wrong way round": lambda a: a[..., ::-1] + (a.shape[-1] == 1),
    "channels the wrong way round": lambda a: a[::-1] + (len(a) == 1),
    "rounded to tens": lambda a: np.floor(a / 10) * 10 + 0.5,
    "cut at zero": lambda a: np.maximum(a, 0) + (a.min() >= 0),
    "an axis too many": lambda a: a[None],
    "flat": lambda a: a.ravel(),
    "one number": lambda a: float(a.sum()),
    "a list": lambda a: a.tolist(),
    "strings": lambda a: a.astype(str),
}


def changed(right, where=None):
    """Wrong answers of all these mistakes: everywhere, or where a condition on the arguments holds."""

    def making(change):
        def answer(*args, **options):
            found = right(*args, **options)
            return change(found) if where is None or where(*args, **options) else found

        return answer

    suffix = "" if where is None else f", {where.__name__.replace('_', ' ')}"
    return {f"{name}{suffix}": (making(change), "") for name, change in CHANGES.items()}


def shortened(questions):
    """For a chapter's questions, how a short wrong answer becomes one to a question: it takes the right one first, then
    all arguments by position."""

    def through(name, *options):
        reference = getattr(questions, name).reference

        def take(answer):
            def wrong(*args, **given):
                return answer(reference(*args, **given), *args, *(given.get(key, value) for key, value in options))

            return wrong

        return take

    return through


def where(condition, wrong):
    """A short answer that is right but where a condition on the arguments holds."""
    return lambda right, *args: wrong(right, *args) if condition(*args) else right


def changed_at(place, value):
    """A short answer that is right but in one place."""
    return lambda right, *_: put(right, place, value)


def partly(conditions, changes):
    """Each change under each condition alone."""
    return {
        f"{what} {name}": (where(condition, wrong), "")
        for name, condition in conditions.items() for what, wrong in changes.items()
    }  # fmt: skip
