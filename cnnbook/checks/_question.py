"""A question, declared once: it serves the student's notebook, the grader and the tests of this package."""

from __future__ import annotations

import functools
import inspect
import secrets
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from typing import Any

import numpy as np

from . import _hints, _progress, _words
from ._call import call
from ._cases import Case, Cases, Region, by_name, dullness
from ._compare import compare, is_integer
from ._findings import Finding
from ._misconceptions import STILL_BROKEN, Misconception, ignoring
from ._picture import Pictures, pictures
from ._result import CheckFailed, NotAnswered, Result, publish
from ._run import Run
from ._uses import namespace, standing_in
from ._wrap import put

_PUBLIC_SEED = 0
_SEEDS = 2**32  # of fresh cases
_KEPT = 8  # drawings of cases, since a learner asks again and again


def _is_enormous(value, depth=3):
    """Whether a number in it has more digits than Python prints: right in no question, and judges would stumble.

    >>> _is_enormous([(2, 10**400)]), _is_enormous((2, 3))
    (True, False)
    """
    if type(value) in (list, tuple):
        return depth > 0 and any(_is_enormous(item, depth - 1) for item in value)
    return is_integer(value) and abs(int(value)) > 10**300


class Question:
    """What an exercise asks for one function, and how it judges an answer.

    Made by :func:`question` around the reference. The rest is declared with :meth:`cases` and :meth:`draws`,
    :meth:`regions`, :meth:`misconceptions` and, where they apply, :meth:`judge`, :meth:`drawing` and :meth:`explorer`.
    A function that is declared there takes, by name, those arguments of a case that it wants, and ``answer``, the right
    one. Calling the question checks a function.

    Parameters
    ----------
    reference : callable
        The right answer. Its signature is the question's: positional parameters are passed by position, so that a
        student may rename them, and keyword-only ones by keyword. Its docstring says what is asked.
    points : int
        What the answer counts.
    minutes : int
        How long it takes a learner.
    difficulty : int
        1 for easy, 2, or 3 for hard.
    outputs : tuple of str
        Names of the outputs, where there are several.
    note : str
        Code of the words that are shown after the right answer, where it is not the only one.
    uses : tuple of str
        Names of the chapter's questions whose answers a student may build this one on.
    count : int
        How many cases to ask: fewer where the reference takes long.
    seconds : float
        Time limit of one call.
    rtol, atol : float, optional
        How far floats may be off; left out, as :func:`cnnbook.checks._compare.compare` says.
    axes : dict of str to str, optional
        Letters of the axes of arrays, by argument and by output (``answer``, where there is one):
        ``{"image": "H W", "kernel": "kH kW", "answer": "H_out W_out"}``. Messages name axes by them; regions, mistakes
        and drawings get the sizes of the arguments' axes by them, as if they were arguments.
    keeps_dtype : bool
        Whether an array must have the very dtype of the right answer.

    Examples
    --------
    >>> @question(points=1)
    ... def area(height, width, *, holes=0):
    ...     return height * width - holes
    >>> area.cases(Case(5, 7), Case(5, 7, holes=2))
    >>> area.draws(lambda rng: {"height": int(rng.integers(1, 9)), "width": 3, "holes": int(rng.integers(3))})
    >>> area.regions(square=lambda height, width: height == width)
    >>> area.misconceptions(sides_added=lambda height, width, holes: height + width - holes)
    >>> area(lambda height, width, *, holes=0: width * height - holes)
    area: public cases passed: 200 cases
    """

    def __init__(
        self, reference, *, points, minutes=10, difficulty=1, outputs=(), note="", uses=(), count=200, seconds=5.0,
        rtol=None, atol=None, axes=None, keeps_dtype=False,
    ):  # fmt: skip
        self.reference, self.points, self.minutes, self.difficulty = reference, points, minutes, difficulty
        self.outputs, self.note, self.uses, self.count, self.seconds = outputs, note, uses, count, seconds
        self.axes = axes or {}
        self.comparing = {"rtol": rtol, "atol": atol, "axes": self.axes, "keeps_dtype": keeps_dtype}
        self.name, self.module = reference.__name__, reference.__module__
        self.signature = inspect.signature(reference)
        self.collection = Cases(self.signature, reference, self.axes)
        self.declared = []
        self._judge = self._drawing = self._explorer = self._example = None
        self._drawn = {}
        self.__doc__ = reference.__doc__

    def __repr__(self):
        return f"<question {self.id}, {self.points} points>"

    @property
    def chapter(self) -> str:
        """The module that declares it."""
        return self.module.rpartition(".")[2]

    @property
    def id(self) -> str:
        """Chapter and name: the ``grade_id`` of its cell in nbgrader's metadata."""
        return f"{self.chapter}-{self.name}"

    @property
    def address(self) -> str:
        """How a notebook finds it: in the part of its book, or in its chapter."""
        checks = import_module(__package__)
        parts = [part for part in checks.PARTS if getattr(getattr(checks, part), self.name, None) is self]
        return f"checks.{[*parts, self.chapter][0]}.{self.name}"

    def sibling(self, name: str) -> Question:
        """Another question of the chapter."""
        return getattr(import_module(self.module), name)

    # What is declared

    def cases(self, *fixed: Case) -> None:
        """Declare the cases that are always asked: they tell every misconception from the reference and the others, and
        for each parameter two of them differ in that one only."""
        self.collection.fixed = list(fixed)

    def draws(self, drawing: Callable[..., Any]) -> None:
        """Declare how a case is drawn: ``drawing(rng)`` returns a :class:`Case`, or its arguments by name, or None
        where what was drawn is impossible. Options at their default are left out of the call. Also a decorator."""
        self.collection.drawing = drawing

    def regions(self, *both: Any, **regions: Callable[..., Any]) -> None:
        """Declare parts of the domain in which an answer can go wrong by itself, as predicates by name. Enough of the
        drawn cases are in each, and outside. Words: ``region.<name>`` and ``region.not_<name>``, as clauses;
        named in `both` are those of which the second says "... or ..."."""
        self.collection.regions += [Region(code, by_name(holds), code in both) for code, holds in regions.items()]

    def misconceptions(self, **mistakes: Callable[..., Any]) -> None:
        """Declare known mistakes, as wrong answers by name. Words: ``<name>.name``, a few words, and ``<name>``, the
        sentence that helps. That an answer leaves options out is known without being declared."""
        self.declared += [Misconception(code, self._answering(mistake)) for code, mistake in mistakes.items()]

    def broken(self, function: Callable[..., Any]) -> None:
        """Declare the broken function that the question asks to mend: an answer that still gives the same is told so.
        The notebook defines it as ``broken_<name>``. Also a decorator."""
        self.declared.insert(0, Misconception(STILL_BROKEN, function))

    def judge(self, judge: Callable[..., Any]) -> None:
        """Declare how to judge, where several answers are right: ``judge(got, expected, **arguments)`` returns None for
        a right one and otherwise a :class:`Finding`, as :func:`compare` does. Also a decorator."""
        self._judge = judge

    def drawing(self, drawing: Callable[..., Any]) -> None:
        """Declare how a case is drawn with letters: a function that returns lines, none where it cannot."""
        self._drawing = by_name(drawing)

    def explorer(self, name: str, settings: Callable[..., Any]) -> None:
        """Declare which explorer shows a case: a function that returns its settings, or None where it cannot."""
        self._explorer = name, by_name(settings)

    def example(self, example: Callable[..., Any]) -> None:
        """Declare a function that gives a case of real data, for :meth:`show`. Also a decorator."""
        self._example = example

    def _answering(self, mistake):
        taken = by_name(mistake)

        def answer(*args, **options):
            return taken(self.collection.arguments(Case(*args, **options)))

        return answer

    # What is asked

    @functools.cached_property
    def known(self):
        """Every mistake that is known by name: those declared, then those of leaving out options."""
        return (*self.declared, *ignoring(self.collection))

    def draw(self, seed: int | None = None, count: int | None = None) -> list[Case]:
        """The cases, the smallest first. Without a seed they are the public ones, the same for everyone."""
        count = self.count if count is None else count

        def drawn():
            return sorted(self.collection.draw(self._rng(seed), count), key=self._reading)

        return [*self._keep(("cases", seed, count), drawn)]

    def _reading(self, case):
        """How much a case asks of its reader; of arrays that is more where they show little."""
        return case.weight + (dullness([*case.args, self.answer(case)]) if self.axes else 0)

    def draw_more(self, count, seed=None):
        """Drawn cases alone, others than :meth:`draw` gives with the same seed."""
        if not self.collection.drawing:
            return []
        rng = self._rng(seed, "more")
        return self._keep(("more", seed, count), lambda: [self.collection.draw_one(rng) for _ in range(count)])

    def _keep(self, key, draw):
        if key not in self._drawn:
            self._drawn[key] = draw()
        while len(self._drawn) > _KEPT:
            del self._drawn[next(iter(self._drawn))]
        return self._drawn[key]

    def _rng(self, seed, *purpose):
        words = [zlib.crc32(word.encode()) for word in (self.id, *purpose)]
        return np.random.default_rng([_PUBLIC_SEED if seed is None else seed, *words])

    def answer(self, case):
        """The right answer to a case."""
        return self.collection.answer(case)

    def complaint(self, case, outcome, expected):
        """What is wrong with the outcome of a call, as a :class:`Finding`; None for a right one."""
        if outcome.misfits:
            return Finding("misfit_signature", outcome.problem.slots | {"signature": f"{self.name}{self.signature}"})
        if outcome.problem:
            return outcome.problem
        if outcome.unanswered:
            return Finding("stub")
        got = outcome.value
        if got is None and expected is not None and (outcome.printed or not self._judge):
            return Finding("printed_not_returned" if outcome.printed else "returned_nothing")
        if self._judge and not _is_enormous(got):
            return self._judge(got, expected, **self.collection.arguments(case))
        return compare(got, expected, self.outputs, **self.comparing)

    def naming(self, misconception):
        """The findings that name a mistake."""
        if misconception.code == STILL_BROKEN:
            return [Finding(STILL_BROKEN)]
        if not misconception.ignored:
            code = misconception.code
            return [Finding("misconception", {"name": Finding(f"{code}.name"), "advice": Finding(code)})]
        helpful = _words.words(self.id, "en")
        advices = [f"ignores_{name}" for name in misconception.ignored if f"ignores_{name}" in helpful]
        options = [self.signature.parameters[name] for name in misconception.ignored]
        defaults = [f"{option.name}={option.default!r}" for option in options]
        slots = {"options": [*misconception.ignored], "defaults": defaults}
        return [Finding("ignores", slots), *map(Finding, advices)]

    def seen(self, case):
        """The findings that let a case be seen: its drawing, and the settings of the explorer."""
        arguments, findings = self.collection.arguments(case), []
        if self._drawing and (lines := self._drawing(arguments)):
            findings.append(Finding("drawing", {"lines": lines}))
        if self._explorer:
            name, settings = self._explorer
            if chosen := settings(arguments):
                written = ", ".join(f"{setting}={value!r}" for setting, value in chosen.items())
                findings.append(Finding("explorer", {"name": name, "settings": written}))
        return findings

    # Asking

    def __call__(
        self, function: Callable[..., Any], *, fresh: bool = False, seed: int | None = None, own: bool = True
    ) -> None:
        """Check a function, for a cell of a notebook: shows one line where it passes.

        Parameters
        ----------
        function : callable
            The student's answer.
        fresh : bool
            Draw fresh cases that nobody can foresee, rather than ask the public ones. What is shown tells the seed.
        seed : int, optional
            Draw the fresh cases of this seed again.
        own : bool
            Whether an answer that builds on other answers finds the student's; if not, the right ones stand in.

        Raises
        ------
        CheckFailed, NotAnswered
            With the smallest failing case, and the misconception where it is a known one. Raised rather than printed,
            so that nbgrader, nbval and "run all cells" see that the cell failed.
            A notebook only shows that a question is not answered, so that "run all cells" goes on: there that is no
            error, unless the cases are fresh ones or nbgrader runs the notebook.
        """
        if fresh and seed is None:
            seed = secrets.randbelow(_SEEDS)
        public, grading = seed is None, _progress.grading()
        result = self.run(function, seed=seed, own=own and not grading)
        if public:
            result = _hints.offer(self, result, function)
        published = publish(result)
        if published and public and not grading and result.status == "not answered":
            return  # so that "run all" goes on; with fresh cases, as a grader asks, it is an error
        if result.status != "passed":
            raise (NotAnswered if result.status == "not answered" else CheckFailed)(result, published)
        if not published:
            put(str(result))

    def run(
        self, function: Callable[..., Any],
        *, seed: int | None = None, cases: int | None = None, caller: Callable[..., Any] = call, own: bool = True,
    ) -> Result:  # fmt: skip
        """Check a function and return the result: nothing printed, nothing raised.

        Parameters
        ----------
        function : callable
            The student's answer.
        seed : int, optional
            Of the cases; a grader gives a fresh one. Left out: the public cases.
        cases : int, optional
            How many to draw; left out, as many as the question declares.
        caller : callable
            ``caller(function, args, options, *, seconds)`` calls the function and returns an ``Outcome``. A grader
            puts one here that calls it somewhere else, in isolation.
        own : bool
            Whether an answer that builds on other answers finds the student's; if not, the right ones stand in.

        Returns
        -------
        Result
        """
        with self._references(function, own):
            return self._run(function, seed, cases, caller).result()

    def another(
        self, function: Callable[..., Any], number: int = 2, *, seed: int | None = None, own: bool = True
    ) -> None:
        """Show another case that an answer gets wrong, drawn where the question can draw it.

        Parameters
        ----------
        function : callable
            The student's answer.
        number : int
            Which one, counted from 1: a check shows the smallest.
        seed, own
            As in a check.
        """
        if not is_integer(number) or number < 1:
            raise ValueError(f"number is {number!r}: give 1 for the smallest wrong case, 2 for the next, and so on")
        with self._references(function, own):
            run = self._run(function, seed, None, call)
            result = run.another(int(number)) if callable(function) else run.result()
        if not publish(result):
            put(str(result))

    def show(self, function: Callable[..., Any]) -> Pictures:
        """Show what a student's function makes of real data, as pictures; nothing is checked here."""
        try:
            case = self._example()
        except ModuleNotFoundError as missing:  # exercises need NumPy only, and go on without the picture
            return Pictures({}, str(missing))
        outcome = call(function, case.args, case.options, seconds=self.seconds)
        found = Finding("stub") if outcome.unanswered else outcome.problem
        return Pictures(pictures(self, case, outcome), _words.say(found, self.id) if found else "")

    def hint(self) -> _hints.Help:
        """Show the next hint."""
        return _hints.hint(self)

    def solution(self) -> _hints.Help:
        """Show the explained solution, after a pass or five tries that differ."""
        return _hints.solution(self)

    def _run(self, function, seed, cases, caller):
        return Run(self, function, caller=caller, seed=seed, count=self.count if cases is None else cases)

    def _references(self, function, own):
        if own or not self.uses:
            return nullcontext()
        return standing_in(namespace(function), {name: self.sibling(name).reference for name in self.uses})


def question(*, points: int, **options: Any) -> Callable[[Callable[..., Any]], Question]:
    """Turn the decorated reference into a :class:`Question`, which describes the parameters."""
    return functools.partial(Question, points=points, **options)
