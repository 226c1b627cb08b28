"""A question, declared once: it serves the student's notebook, the grader and the tests of this package."""

import copy
import functools
import inspect
import zlib
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import numpy as np

from ._call import Outcome, call
from ._compare import compare, same
from ._result import CheckFailed, NotAnswered, Result, write_call
from ._show import describe, show

_PUBLIC_SEED = 0


class Case:
    """The arguments of one call.

    Examples
    --------
    >>> Case(8, 3, stride=2)
    Case(8, 3, stride=2)
    """

    def __init__(self, *args, **options):
        self.args, self.options = args, options

    def __repr__(self):
        return write_call("Case", [str(number) for number, _ in enumerate(self.args)], self.args, self.options)

    @property
    def weight(self):
        """How much there is to read and to compute: the smallest failing case is the one to show."""
        return sum(map(_weight, [*self.args, *self.options.values()])) + 5 * len(self.options)


def _weight(value):
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, tuple | list):
        return sum(map(_weight, value))
    return abs(value) if isinstance(value, int | np.integer) else 1


class Misconception(NamedTuple):
    """A mistake that is known by name.

    Attributes
    ----------
    name : str
        A few words: "ceil for floor".
    advice : str
        The sentence that helps against it.
    function : callable
        The mistake as an answer: it takes what the question's reference takes.
    """

    name: str
    advice: str
    function: Callable


class Question:
    """What an exercise asks for one function, and how it judges an answer.

    Made by :func:`question` around the reference; :meth:`cases`, :meth:`misconception` and, where several answers
    are right, :meth:`judge` decorate the rest. Calling it checks a function.

    Parameters
    ----------
    reference : callable
        The right answer. Its signature is the question's: positional parameters are passed by position, so that a
        student may rename them, and keyword-only ones by keyword. Its docstring says what is asked.
    points : int
        What the answer counts.
    outputs : tuple of str
        Names of the outputs, where there are several.
    note : str
        Shown after the right answer, where it is not the only one.
    seconds : float
        Time limit of one call.

    Examples
    --------
    >>> @question(points=1)
    ... def area(height, width):
    ...     return height * width
    >>> @area.cases
    ... def _(rng):
    ...     yield Case(5, 7)
    ...     while True:
    ...         yield Case(int(rng.integers(1, 10)), int(rng.integers(1, 10)))
    >>> @area.misconception("half the border", "You added the sides: an area multiplies them.")
    ... def _(height, width):
    ...     return height + width
    >>> area(lambda height, width: width * height)
    area: public cases passed: 24 cases
    >>> print(area.run(lambda height, width: height + width, seed=1, cases=3))
    area: wrong on 3 of 3 cases. The smallest:
        area(2, 6)
        expected: 12
        got:      8
    This is a known mistake, "half the border". You added the sides: an area multiplies them.
    """

    def __init__(self, reference, *, points, outputs=(), note="", seconds=5.0):
        self.reference, self.points, self.outputs, self.note = reference, points, outputs, note
        self.seconds = seconds
        self.name, self.chapter = reference.__name__, reference.__module__.rpartition(".")[2]
        self.signature = inspect.signature(reference)
        self.misconceptions = []
        self._cases = self._judge = None
        self.__doc__ = reference.__doc__

    def __repr__(self):
        return f"<question {self.id}, {self.points} points>"

    @property
    def id(self):
        """Chapter and name: the ``grade_id`` of its cell in nbgrader's metadata."""
        return f"{self.chapter}-{self.name}"

    def cases(self, generator):
        """Declare the cases: a generator that takes a ``numpy.random.Generator`` and yields a :class:`Case` each.

        It opens with fixed cases, which tell every misconception from the reference and from the others, and goes on
        with drawn ones without an end.
        """
        self._cases = generator
        return generator

    def judge(self, judge):
        """Declare how to judge, where several answers are right: ``judge(got, expected, **arguments)``.

        It returns None where the answer is right, otherwise a sentence that helps, as :func:`compare` does.
        """
        self._judge = judge
        return judge

    def misconception(self, name, advice, function=None):
        """Declare a known mistake: a function that takes every argument of the reference by name. Also a decorator."""
        if function is None:
            return functools.partial(self.misconception, name, advice)

        def answer(*args, **options):
            return function(**self._arguments(args, options))

        answer.__name__, answer.__signature__ = name.replace(" ", "_"), self.signature
        self.misconceptions.append(Misconception(name, advice, answer))
        return function

    def draw(self, seed=None, cases=24):
        """Draw cases, the smallest first. Without a seed they are the public ones, the same for everyone."""
        rng = np.random.default_rng([_PUBLIC_SEED if seed is None else seed, zlib.crc32(self.id.encode())])
        return sorted(islice(self._cases(rng), cases), key=lambda case: case.weight)

    def __call__(self, function):
        """Check a function on the public cases, for a cell of a notebook: prints one line where it passes.

        Parameters
        ----------
        function : callable
            The student's answer.

        Raises
        ------
        CheckFailed, NotAnswered
            With the smallest failing case, and the misconception where it is a known one. Raised rather than printed,
            so that nbgrader, nbval and "run all cells" see that the cell failed.
        """
        result = self.run(function)
        if result.status != "passed":
            raise (NotAnswered if result.status == "not answered" else CheckFailed)(result)
        print(result)

    def run(self, function, *, seed=None, cases=24, caller=call):
        """Check a function and return the result: nothing printed, nothing raised.

        Parameters
        ----------
        function : callable
            The student's answer.
        seed : int, optional
            Of the cases; a grader gives a fresh one. Left out: the public cases.
        cases : int
            How many to draw.
        caller : callable
            ``caller(function, args, options, *, seconds)`` calls the function and returns an ``Outcome``. A grader
            puts one here that calls it somewhere else, in isolation.

        Returns
        -------
        Result
        """
        conclude = functools.partial(Result, self.name, public=seed is None)
        if not callable(function):
            reason = f"It takes the function itself, and this is {describe(function)}: pass it without parentheses."
            return conclude("failed", reason=reason)
        ask = functools.partial(caller, function, seconds=self.seconds)
        trials = list(self._trials(ask, self.draw(seed, cases)))
        if any(trial.outcome.value is ... for trial in trials):
            return conclude("not answered", reason="It still returns `...`: write your answer in its place.")
        failed = [trial for trial in trials if trial.complaint is not None]
        shown = (failed or trials)[0]
        wavering = self._wavering(ask, shown)
        if not failed and not wavering:
            return conclude("passed", cases=len(trials))
        counts = {"cases": len(trials), "failed": len(failed) or 1}
        known = None if wavering else next((m for m in self.misconceptions if self._matches(m, trials)), None)
        naming = {"misconception": known.name, "advice": known.advice} if known else {}
        return conclude("failed", **counts, **self._write(shown, wavering), **naming)

    def _trials(self, ask, drawn):
        for case in drawn:
            outcome = ask(case.args, case.options)
            expected = self.reference(*copy.deepcopy(case.args), **copy.deepcopy(case.options))
            yield _Trial(case, outcome, expected, self._complaint(case, outcome, expected))
            if outcome.timed_out:
                return  # the larger cases would take as long

    def _complaint(self, case, outcome, expected):
        got = outcome.value
        if outcome.misfits:
            return f"{outcome.problem} Asked is {self.name}{self.signature}."
        if outcome.problem:
            return outcome.problem
        if got is None and expected is not None and outcome.printed:
            return "It printed something and returned nothing (None): print only shows, return gives the answer."
        if self._judge:
            return self._judge(got, expected, **self._arguments(case.args, case.options))
        if got is None and expected is not None:
            return "It returned nothing (None): is the return missing?"
        return compare(got, expected, self.outputs)

    def _arguments(self, args, options):
        bound = self.signature.bind(*args, **options)
        bound.apply_defaults()
        return bound.arguments

    def _wavering(self, ask, trial):
        if trial.outcome.error:
            return ""
        first, again = trial.outcome, ask(trial.case.args, trial.case.options)
        if not again.error and (same(again.value, first.value) or compare(again.value, first.value) is None):
            return ""
        told = "Called again with the same inputs, it answers otherwise: it keeps something between calls, or draws."
        if again.error:
            return f"{told} {again.problem}"
        return told if "\n" in show(again.value) else f"{told} It gives {show(again.value)}."

    def _matches(self, misconception, trials):
        for case, outcome, *_ in trials:
            wrong = call(misconception.function, case.args, case.options, seconds=self.seconds)
            if wrong.error != outcome.error:
                return False
            if not wrong.error and compare(outcome.value, wrong.value) is not None:
                return False
        return True

    def _write(self, trial, wavering):
        case, outcome, expected, complaint = trial
        texts = {
            "call": write_call(self.name, list(self.signature.parameters), case.args, case.options),
            "reason": wavering or complaint,
            "printed": outcome.printed,
        }
        if not outcome.error:
            texts["expected"] = show(expected) + (f" ({self.note})" if self.note and expected is not None else "")
            texts["got"] = show(outcome.value)
        return texts


class _Trial(NamedTuple):
    case: Case
    outcome: Outcome
    expected: object
    complaint: str | None


def question(*, points, outputs=(), note="", seconds=5.0):
    """Turn the decorated reference into a :class:`Question`, which describes the parameters."""
    return functools.partial(Question, points=points, outputs=outputs, note=note, seconds=seconds)
