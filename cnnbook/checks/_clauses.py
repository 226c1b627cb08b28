"""Clauses: what can be said of a case, simply by its arguments."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

CONSTANTS = range(5)  # that an argument is compared with


class Clause(NamedTuple):
    """Something that holds for a case or not.

    Attributes
    ----------
    code : str
        Names its words: a clause, such as "the kernel is even". The contrary has ``not_`` before it.
    slots : dict
        What the clause names.
    region : bool
        Whether it is a region of the question, so that its words are in the table of the chapter.
    both : bool
        Whether it says two things, "... and ...", so that its contrary says "... or ...".
    """

    code: str
    slots: dict
    region: bool = False
    both: bool = False

    @property
    def is_stratum(self):
        """Whether a question's cases must have it, and its contrary: regions, and options given."""
        return self.region or self.code == "given"

    @property
    def is_either(self):
        """Whether it says "... or ..."."""
        return self.both and self.code.startswith("not_")

    @property
    def contrary(self):
        code = self.code.removeprefix("not_") if self.code.startswith("not_") else f"not_{self.code}"
        return self._replace(code=code)


def clauses(cases, arguments):
    """What can be said of cases: the options given first, then the regions, then the numbers among the arguments.

    Parameters
    ----------
    cases : Cases
        Of the question: its regions and options.
    arguments : list of Arguments
        Of each case.

    Yields
    ------
    Clause, ndarray of bool
        A clause, and for which cases it holds.
    """
    for name in cases.options:
        slots = {"name": name, "default": repr(cases.signature.parameters[name].default)}
        yield Clause("given", slots), np.array([cases.gives(each, name) for each in arguments])
    for region in cases.regions:
        clause = Clause(region.code, {}, region=True, both=region.both)
        yield clause, np.array([each.inside(region) for each in arguments])
    for name in arguments[0]:
        if getattr(arguments[0][name], "ndim", 0) > 1:
            yield Clause("symmetric", {"name": name}), np.array([_is_symmetric(each[name]) for each in arguments])
    varying = numbers(arguments)
    for name, values in varying.items():
        yield Clause("even", {"name": name}), values % 2 == 0
    for (first, one), (second, other) in combinations(varying.items(), 2):
        slots = {"first": first, "second": second}
        yield Clause("equal", slots), one == other
        yield Clause("less", slots), one < other
        yield Clause("less", {"first": second, "second": first}), other < one
    for name, values in varying.items():
        for constant in CONSTANTS:
            slots = {"name": name, "value": constant}
            yield Clause("is", slots), values == constant
            yield Clause("above", slots), values > constant


def numbers(arguments):
    """The integers that vary among the arguments, as a student would write them: ``stride``, ``x.shape[1]``, or the
    letter of an axis, ``kH``, where the question declares its axes."""
    columns = [each.sizes | dict(_integers(each, each.axes)) for each in arguments]
    names = [name for name in columns[0] if all(name in column for column in columns)]
    values = {name: np.array([column[name] for column in columns]) for name in names}
    return {name: column for name, column in values.items() if (column != column[0]).any()}


def _integers(arguments, lettered=()):
    for name, value in arguments.items():
        if isinstance(value, int | np.integer) and not isinstance(value, bool):
            yield name, int(value)
        elif isinstance(value, tuple | list):
            yield from _integers({f"{name}[{number}]": item for number, item in enumerate(value)})
        elif hasattr(value, "shape") and name not in lettered:
            yield from _integers({f"{name}.shape": tuple(map(int, value.shape))})


def _is_symmetric(value):
    """Whether an array of two axes or more is the same turned by half a turn: a flipped kernel is then no mistake."""
    return isinstance(value, np.ndarray) and value.ndim > 1 and np.array_equal(value, value[..., ::-1, ::-1])
