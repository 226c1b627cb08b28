"""What the cases share that an answer gets wrong: "wrong where the kernel is even, right where it is odd"."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from ._clauses import CONSTANTS, Clause, clauses, numbers

_ENOUGH = 3  # wrong cases; fewer share all sorts of things by accident


class Shared(NamedTuple):
    """What all wrong cases share.

    Attributes
    ----------
    clauses : tuple of Clause
        They hold together for every wrong case.
    exact : bool
        Whether they hold for no other case.
    within : int
        For how many cases they hold.
    """

    clauses: tuple
    exact: bool
    within: int


def shared(cases, asked, wrong, count=None):
    """Find the simplest condition that tells wrong cases from right ones.

    Parameters
    ----------
    cases : Cases
        Of the question: its regions and options.
    asked : list of Case
        The cases that were asked.
    wrong : sequence of bool
        Whether each was answered wrongly.
    count : int, optional
        How many of them, from the first, are told of; the others only show what holds by accident. Left out: all.

    Returns
    -------
    Shared or None
        First choice is one clause that holds for all wrong cases and no other, then two together; regions and options
        go before numbers. Otherwise the clause that leaves fewest right cases in, where it leaves out most of them.
        None where nothing of this is to be had.
    """
    wrong = np.asarray(wrong)
    told = wrong[:count]
    if not told.any() or told.all():
        return None
    arguments = [cases.arguments(case) for case in asked]
    known = [*clauses(cases, arguments), *_thresholds(numbers(arguments), wrong)]
    sides = [side for clause, holds in known for side in ((clause, holds), (clause.contrary, ~holds))]
    covering = [(clause, holds) for clause, holds in sides if holds[wrong].all() and not holds.all()]
    strata = [pair for pair in covering if pair[0].is_stratum]
    found = _exactly(strata, wrong) or _exactly(covering, wrong) or _mostly(covering, wrong)
    if found is None:
        return None
    together, exact, holds = found
    return Shared(together, exact, int(holds[:count].sum()))


def _thresholds(numbers, wrong):
    """For each number, that it is more than every smaller one: "size is more than 50"."""
    for name, values in numbers.items():
        value = int(values[wrong].min()) - 1
        if value not in CONSTANTS:
            yield Clause("above", {"name": name, "value": value}), values > value


def _exactly(covering, wrong):
    """One clause, or two together, that hold for the wrong cases and for no other."""
    for clause, holds in covering:
        if (holds == wrong).all():
            return (clause,), True, holds
    single = [pair for pair in covering if not pair[0].is_either]  # "A and B, or C" would be read in two ways
    for (first, one), (second, other) in combinations(single, 2) if wrong.sum() >= _ENOUGH else ():
        if (one & other == wrong).all():
            return (first, second), True, wrong
    return None


def _mostly(covering, wrong):
    """The clause that leaves fewest right cases in, where it leaves out most of them."""
    clause, holds = min(covering, key=lambda pair: pair[1].sum(), default=(None, ~wrong))
    if clause is None or wrong.sum() < _ENOUGH or holds.sum() > wrong.size / 2:
        return None
    return (clause,), False, holds
