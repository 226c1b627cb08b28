"""One call of a student's function, and everything that can happen there."""

import copy
import inspect
import sys
import sysconfig
import traceback
import types
import weakref
from dataclasses import dataclass
from pathlib import Path

from ._compare import same, same_frozen
from ._findings import Finding
from ._freeze import freeze
from ._limit import TooSlow, limited
from ._show import quote, type_name

# Lines in these places are not the student's: Python itself, installed packages, this package.
_LIBRARIES = ("<frozen ", *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
_LIBRARIES += (str(Path(__file__).parents[1]),)
_LONGEST = 300  # characters of an exception's message


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Attributes
    ----------
    value : object
        What the function returned, as :func:`cnnbook.checks._freeze.freeze` keeps it.
    ended : str
        How the call ended, where it returned nothing: "misfit" (the arguments do not fit), "raised", "unanswered" (it
        raised NotImplementedError) or "time".
    error : str
        The same, but for an exception its name. Such a name is the student's to choose: nothing decides by it, but that
        two calls that raise the same are alike.
    problem : Finding or None
        What was wrong with the call, whatever it returned.
    printed : str
        What the function printed, warnings included; the beginning, where it is much.
    """

    value: object = None
    ended: str = ""
    error: str = ""
    problem: Finding | None = None
    printed: str = ""

    @property
    def misfits(self):
        """Whether the function cannot take these arguments."""
        return self.ended == "misfit"

    @property
    def unanswered(self):
        """Whether the function is still a stub, which returns ``...`` or raises NotImplementedError."""
        return self.value is ... or self.ended == "unanswered"

    @property
    def timed_out(self):
        """Whether the call took too long."""
        return self.ended == "time"


def call(function, args, options, *, seconds):
    """Call a function once, on copies of its arguments, and report instead of raising.

    Parameters
    ----------
    function : callable
        The student's.
    args, options : tuple, dict
        Positional and keyword arguments. The function gets deep copies.
    seconds : float or None
        Time limit; see :func:`cnnbook.checks._limit.limited`. None for answers that are known to end: they are called
        in this thread, which is faster, and what they print is printed.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> call(lambda size: size // 2, (7,), {}, seconds=1).value
    3
    >>> call(lambda size: size // 0, (7,), {}, seconds=1).error
    'ZeroDivisionError'
    """
    before = freeze((args, options))
    args, options = copy.deepcopy((args, options))
    if seconds is None:
        return Outcome(**_ask(function, args, options, before))
    try:
        outcome, printed = limited(lambda: _ask(function, args, options, before), seconds)
    except TooSlow as slow:
        return Outcome(None, "time", "time", Finding("time", {"seconds": seconds}), slow.printed)
    return Outcome(**outcome, printed=printed)


def _ask(function, args, options, before):
    """What came of a call, as fields of an outcome. All of it may meet a student's code, so the limit is around it."""
    try:
        given = _named(function, args, options)
    except _Misfit as misfit:
        problem = Finding("misfit", {"problem": quote(str(misfit), _LONGEST)})
        return {"ended": "misfit", "error": "misfit", "problem": problem}
    try:
        value = freeze(function(*args, **options))
    except BaseException as error:
        ended = "unanswered" if type(error) is NotImplementedError else "raised"
        return {"ended": ended, "error": type_name(error), "problem": _explain(error)}
    if same_frozen(freeze((args, options)), before):
        return {"value": value, "problem": None}
    kept = _named(function, *before)
    changed = next(name for name in kept if not same(given[name], kept[name]))
    return {"value": value, "problem": Finding("changed", {"input": quote(changed)})}


class _Misfit(Exception):
    """The arguments do not fit the signature."""


_signatures = weakref.WeakKeyDictionary()  # of functions: looking one up takes longer than many an answer


def _signature(function):
    if type(function) is types.FunctionType and function in _signatures:
        return _signatures[function]
    try:
        signature = inspect.signature(function)
    except BaseException:  # functions written in C may tell no signature, and a student's object anything
        return None
    if type(function) is types.FunctionType:
        _signatures[function] = signature
    return signature


def _named(function, args, options):
    """The arguments of a call by the names that the function gives them."""
    signature = _signature(function)
    if type(signature) is not inspect.Signature:
        return {"arguments": args, **options}
    try:
        return signature.bind(*args, **options).arguments
    except TypeError as error:
        raise _Misfit(*error.args) from None


def _explain(error):
    if issubclass(type(error), RecursionError):  # not isinstance, which asks the error too
        return Finding("recursion")
    try:
        message = " ".join(str(error).split())
    except BaseException:  # its own text raises
        message = ""
    told = quote(f"{_full_name(error)}: {message}" if message else _full_name(error), _LONGEST)
    frames = traceback.extract_tb(sys.exc_info()[2])
    place = [frame for frame in frames if not frame.filename.startswith(_LIBRARIES)]
    if not place:
        return Finding("raised", {"error": told})
    where = {"function": quote(place[-1].name, 60), "line": place[-1].lineno, "source": quote(place[-1].line or "")}
    return Finding("raised_at", {"error": told, **where})


def _full_name(error):
    module = getattr(type(error), "__module__", "")
    plain = type(module) is not str or module in ("builtins", "__main__", "")
    return type_name(error) if plain else f"{module}.{type_name(error)}"
