"""Mistakes that are known by name, and when an answer may be called one."""

import copy
from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

from ._compare import compare, is_integer

STILL_BROKEN = "still_broken"  # the mistake of changing nothing, in a question that asks to mend a function
_MOST = 5  # options of which every subset is tried; of more, each alone and each two


class Misconception(NamedTuple):
    """A mistake that is known by name.

    Attributes
    ----------
    code : str
        Names it in the chapter's table of words: ``<code>.name`` is a few words, ``<code>`` the sentence that helps.
    function : callable
        The mistake as an answer: it takes what the question's reference takes.
    ignored : tuple of str
        Options that it leaves out, where that is the mistake.
    """

    code: str
    function: Callable
    ignored: tuple = ()


def ignoring(cases):
    """The mistakes of leaving out options, one or several: the reference, with these at their defaults.

    Parameters
    ----------
    cases : Cases
        Of the question.

    Yields
    ------
    Misconception
        Those with fewer options first. Among them may be some that change no answer.
    """
    most = len(cases.options) if len(cases.options) <= _MOST else 2
    for count in range(1, most + 1):
        for ignored in combinations(cases.options, count):
            yield Misconception(f"ignores_{'_and_'.join(ignored)}", _without(cases, ignored), ignored)


def _without(cases, ignored):
    def answer(*args, **options):
        bound = cases.signature.bind(*args, **options)
        for name in ignored:
            bound.arguments.pop(name, None)
        bound.apply_defaults()
        return cases.reference(*bound.args, **bound.kwargs)

    return answer


def agrees(misconception, trials):
    """Whether all answers are those of a misconception, wrong ones and right ones; or those clipped at zero.

    Parameters
    ----------
    misconception : Misconception
    trials : iterable of Trial
        What was asked, and what was answered.
    """
    trials = list(trials)
    return any(all(_agrees(misconception, trial, change) for trial in trials) for change in (_as_it_is, _clipped))


def in_outputs(known, trials, count):
    """Several mistakes at once, each in an output of its own: for each output that is wrong, by its number.

    Parameters
    ----------
    known : iterable of Misconception
        Those that change one output alone are tried.
    trials : iterable of Trial
        What was asked, and what was answered.
    count : int
        How many outputs there are.

    Returns
    -------
    dict of int to Misconception
        Empty where an output is wrong in another way.
    """
    trials = list(trials)
    answers, right = [trial.outcome.value for trial in trials], [trial.expected for trial in trials]
    if any(type(answer) not in (tuple, list) or len(answer) != count for answer in answers):
        return {}
    wrong, found = _differing(answers, right, range(count)), {}
    for misconception in known:
        changed = [_changed(misconception, trial, count) for trial in trials]
        places = set() if None in changed else set().union(*changed)
        if len(places) == 1 and places <= wrong:
            made = [_answer(misconception, trial.case)[0] for trial in trials]
            if not _differing(answers, made, places):
                found.setdefault(*places, misconception)
    return found if found.keys() == wrong else {}


def _differing(first, second, places):
    """Numbers of the outputs in which the answers differ somewhere."""
    pairs = list(zip(first, second, strict=True))
    return {place for place in places if any(compare(one[place], other[place]) for one, other in pairs)}


def _changed(misconception, trial, count):
    """Numbers of the outputs that a mistake gets wrong in one case; None where it has no answer. Compared once, too."""
    changed = trial.case.changed
    if misconception.code not in changed:
        value, error = _answer(misconception, trial.case)
        changed[misconception.code] = None if error else _differing([value], [trial.expected], range(count))
    return changed[misconception.code]


def _answer(misconception, case):
    """What a mistake answers, and the name of the error where it raises one. It is asked once, as learners check again
    and again."""
    if misconception.code not in case.mistaken:
        args, options = copy.deepcopy((case.args, case.options))
        try:
            case.mistaken[misconception.code] = misconception.function(*args, **options), ""
        except Exception as error:
            case.mistaken[misconception.code] = None, type(error).__name__
    return case.mistaken[misconception.code]


def _as_it_is(answer):
    return answer


def _clipped(answer):
    """The same mistake, but for ``max(0, ...)`` around it: no integer is below 0."""
    if isinstance(answer, tuple):
        return tuple(map(_clipped, answer))
    return max(0, answer) if is_integer(answer) else answer


def _agrees(misconception, trial, change):
    value, error = _answer(misconception, trial.case)
    if error:
        return trial.outcome.error == error
    return not trial.outcome.ended and compare(trial.outcome.value, change(value)) is None
