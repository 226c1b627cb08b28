"""The cases of a question: fixed ones, drawn ones, and the regions that both must reach."""

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ._clauses import clauses
from ._result import written_call
from ._words import write_call

SHARE = 0.05  # of the drawn cases, at least so many are in each region, and as many outside
_WINDOW, _NEW = 16, 8  # candidates to choose a case from; of those, the ones that are new each time
_STALE = 0.3  # what a pair of clauses is worth once more that a case has shown already
_DULL = 12  # what an array weighs more that is small, but shows little
_ATTEMPTS = 10_000  # calls of a drawing function that may give nothing in a row


class Case:
    """The arguments of one call.

    Examples
    --------
    >>> Case(8, 3, stride=2)
    Case(8, 3, stride=2)
    """

    def __init__(self, *args, **options):
        self.args = tuple(map(_locked, args))
        self.options = {name: _locked(value) for name, value in options.items()}
        self.arguments, self.answers = None, []  # all of them by name, and the right answer, once they are known
        self.mistaken = {}  # what known mistakes answer, by their code, once they were asked
        self.changed = {}  # which outputs they get wrong, likewise

    def __repr__(self):
        names = [str(number) for number, _ in enumerate(self.args)]
        return write_call(written_call("Case", names, self.args, self.options))

    @property
    def weight(self):
        """How much there is to read and to compute: the smallest failing case is the one to show."""
        return sum(map(_weight, [*self.args, *self.options.values()])) + 5 * len(self.options)

    def key(self):
        """What two cases share only where they are the same."""
        return key([*self.args, self.options])


def dullness(value):
    """What arrays weigh more, arguments or answers, where they show little: zeros, or a single row.

    >>> dullness(np.eye(3)), dullness(np.ones((1, 3))), dullness([np.zeros(3), np.zeros(2)])
    (0, 12, 24)
    """
    if isinstance(value, tuple | list):
        return sum(map(dullness, value))
    if not isinstance(value, np.ndarray):
        return 0
    return _DULL * bool(min(value.shape[-2:], default=1) == 1 or not value.any())


def _weight(value):
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, tuple | list):
        return sum(map(_weight, value))
    return abs(value) if isinstance(value, int | np.integer) else 1


def _locked(value):
    """An array that nobody can change: all that look at a case share it. A student's function gets a copy."""
    if isinstance(value, tuple):
        return tuple(map(_locked, value))
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.setflags(write=False)
    return value


def by_name(function):
    """Let a function be called with all the arguments of a case, of which it gets those that it names.

    >>> by_name(lambda kernel: kernel % 2 == 0)({"size": 8, "kernel": 3})
    False
    """
    parameters = inspect.signature(function).parameters.values()
    names = [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]
    takes_all = len(names) < len(parameters)

    def taking(arguments):
        given = dict(arguments) if takes_all else {}
        return function(**given | {name: arguments[name] for name in names})

    return taking


class Arguments(Mapping):
    """All arguments of a case by name, defaults included. There for who asks for them: ``answer``, the right one, and
    the sizes of axes by their letters, where the question declares `axes`.

    >>> arguments = Arguments({"image": np.zeros((5, 7))}, {"image": "H W"}, None)
    >>> list(arguments), arguments["W"]
    (['image'], 7)
    """

    def __init__(self, bound, axes, answer):
        self._bound, self._answer, self._inside, self.axes, self.sizes = bound, answer, {}, axes, {}
        for name, letters in axes.items():
            self.sizes |= zip(letters.split(), getattr(bound.get(name), "shape", ()), strict=False)

    def __getitem__(self, name):
        if name in self._bound:
            return self._bound[name]
        return self._answer() if name == "answer" else self.sizes[name]

    def __iter__(self):
        return iter(self._bound)

    def __len__(self):
        return len(self._bound)

    def inside(self, region):
        """Whether the case is in a region; looked up once."""
        if region.code not in self._inside:
            self._inside[region.code] = bool(region.holds(self))
        return self._inside[region.code]


class Region(NamedTuple):
    """A part of a question's domain in which an answer can go wrong by itself, such as "the kernel is even".

    Attributes
    ----------
    code : str
        Its name; the chapter's table of words says it as a clause, and ``not_`` and the name the rest of the domain.
    holds : callable
        Whether a case is in it, by its arguments.
    both : bool
        Whether it says two things, "... and ...", so that the rest of the domain is "... or ...".
    """

    code: str
    holds: Callable
    both: bool = False


class Cases:
    """The cases of one question: those that are always there, and how more are drawn.

    Parameters
    ----------
    signature : inspect.Signature
        Of the reference.
    reference : callable
        The right answer, for regions that depend on it.
    axes : dict of str to str, optional
        Letters of the axes of array arguments, ``{"image": "H W"}``.
    """

    def __init__(self, signature, reference, axes=None):
        self.signature, self.reference, self.axes = signature, reference, axes or {}
        self.fixed, self.regions, self.drawing = [], [], None
        self.options = [p.name for p in signature.parameters.values() if p.default is not p.empty]

    def arguments(self, case):
        """All arguments of a case, by name."""
        if case.arguments is None:
            bound = self.signature.bind(*case.args, **case.options)
            bound.apply_defaults()
            case.arguments = Arguments(bound.arguments, self.axes, lambda: self.answer(case))
        return case.arguments

    def answer(self, case):
        """The right answer to a case: the reference is asked once."""
        if not case.answers:
            answer = self.reference(*copy.deepcopy(case.args), **copy.deepcopy(case.options))
            case.answers.append(_locked(answer))
        return case.answers[0]

    def make(self, arguments):
        """A case of arguments by name, in which options that are at their default are left out: short to read."""
        args, options = [], {}
        for name, parameter in self.signature.parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY:
                if not _is_default(arguments.get(name, parameter.default), parameter.default):
                    options[name] = arguments[name]
            elif name in arguments:
                args.append(arguments[name])
        return Case(*args, **options)

    def gives(self, arguments, option):
        """Whether an option is given, rather than left at its default."""
        return not _is_default(arguments[option], self.signature.parameters[option].default)

    def draw(self, rng, count):
        """The fixed cases, and drawn ones that are as unlike each other as they can be, `count` in all."""
        taken = self.fixed[:count]
        if self.drawing is None or len(taken) == count:
            return taken
        drawn = self._draw_pool(rng, count - len(taken), {*map(Case.key, taken)})
        return taken + [drawn[number] for number in _spread(*self._sides(taken + drawn), len(taken), count)]

    def _sides(self, cases):
        """Which sides of which clauses each case is on; and of those that each must have its share of the cases."""
        told = list(clauses(self, [self.arguments(case) for case in cases]))
        holds = np.array([mask for _, mask in told])
        strata = np.array([clause.is_stratum for clause, _ in told])
        return np.concatenate([holds, ~holds]).astype(np.float32), np.concatenate([strata, strata])

    def _draw_pool(self, rng, count, known):
        """Drawn cases to choose `count` from: none of them twice nor among those known, if the domain has so many."""
        cases, repeated, wanted = [], [], _WINDOW + _NEW * count
        while len(cases) < wanted and len(repeated) < wanted:
            case = self.draw_one(rng)
            key = case.key()
            (repeated if key in known else cases).append(case)
            known.add(key)
        return cases + repeated[: max(0, count - len(cases))]

    def draw_one(self, rng):
        """One drawn case."""
        for _ in range(_ATTEMPTS):
            arguments = self.drawing(rng)
            if arguments is not None:
                return arguments if isinstance(arguments, Case) else self.make(arguments)
        raise RuntimeError(f"{_ATTEMPTS} draws in a row gave no case: draw from fewer impossible ones")


def _spread(sides, strata, fixed, count):
    """Choose cases so that any two clauses meet, on either side: what goes wrong where two of them hold is then seen.

    Parameters
    ----------
    sides : ndarray of shape (clauses, cases)
        1 where a clause holds, its contrary being another one.
    strata : ndarray of bool
        Clauses that must have their share of the chosen cases; those come first where they are short.
    fixed, count : int
        The first cases, which are asked anyway, and how many there shall be with the chosen ones.

    Returns
    -------
    list of int
        Numbers of the chosen ones, from 0 for the first that is not fixed.
    """
    worth = np.ones((len(sides), len(sides)), np.float32)  # of a case that shows both clauses
    seen, least = np.zeros(len(sides)), SHARE * (count - fixed)

    def take(number):
        shown = np.flatnonzero(sides[:, number])
        worth[np.ix_(shown, shown)] *= _STALE

    for number in range(fixed):
        take(number)
    chosen, window, coming = [], [], list(range(fixed, sides.shape[1]))
    while len(chosen) < count - fixed:
        more = _NEW if window else _WINDOW + _NEW
        window, coming = window + coming[:more], coming[more:]
        candidates = sides[:, window]
        short = strata & (seen < least)
        value = (candidates * (worth @ candidates)).sum(0) + worth.size * (short @ candidates)
        best = window.pop(int(value.argmax()))
        take(best)
        seen += sides[:, best]
        chosen.append(best - fixed)
        window = window[-max(_WINDOW, count - fixed - len(chosen) - len(coming)) :]
    return chosen


def key(value):
    """A text or tuple that two values share only where they are the same."""
    if isinstance(value, dict):
        return tuple((name, key(item)) for name, item in value.items())
    if isinstance(value, tuple | list):
        return type(value), *map(key, value)
    return (value.shape, value.dtype, value.tobytes()) if isinstance(value, np.ndarray) else repr(value)


def _is_default(value, default):
    if value is default:
        return True
    return type(value) is type(default) and not isinstance(value, np.ndarray) and bool(value == default)
