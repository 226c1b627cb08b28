"""One call of a student's function, and everything that can happen there."""

import copy
import inspect
import io
import signal
import sysconfig
import threading
import traceback
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from ._compare import same

# Lines in these places are not the student's: Python itself, installed packages, this package.
_LIBRARIES = ("<frozen ", *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
_LIBRARIES += (str(Path(__file__).parents[1]),)
_MISFIT = "misfit"
_LONGEST = 300  # characters of an exception's message


class _TimeUp(BaseException):
    """Ends a call that takes too long. Not an Exception, so that a student's ``except Exception`` lets it by."""


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Attributes
    ----------
    value : object
        What the function returned.
    error : str
        Type of the exception that ended the call, "misfit" where the arguments do not fit; empty where it returned.
    problem : str
        A sentence about what was wrong with the call, whatever it returned.
    printed : str
        What the function printed, warnings included.
    """

    value: object = None
    error: str = ""
    problem: str = ""
    printed: str = ""

    @property
    def misfits(self):
        """Whether the function cannot take these arguments."""
        return self.error == _MISFIT

    @property
    def timed_out(self):
        """Whether the call was ended because it took too long."""
        return self.error == _TimeUp.__name__


def call(function, args, options, *, seconds):
    """Call a function once, on copies of its arguments, and report instead of raising.

    Parameters
    ----------
    function : callable
        The student's.
    args, options : tuple, dict
        Positional and keyword arguments. The function gets deep copies.
    seconds : float
        Time limit. It works in the main thread, on systems with SIGALRM (Linux, macOS); elsewhere there is none.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> call(lambda size: size // 2, (7,), {}, seconds=1)
    Outcome(value=3, error='', problem='', printed='')
    >>> call(lambda size: size // 0, (7,), {}, seconds=1).error
    'ZeroDivisionError'
    """
    args_given, options_given = copy.deepcopy((args, options))
    try:
        given = inspect.signature(function).bind(*args_given, **options_given).arguments
        kept = inspect.signature(function).bind(*args, **options).arguments
    except TypeError as error:
        return Outcome(error=_MISFIT, problem=f"It cannot be called like this: {error}.")
    except ValueError:  # some functions written in C tell no signature
        given, kept = {"arguments": args_given, **options_given}, {"arguments": args, **options}
    printed = io.StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(printed), _time_limit(seconds):
            value = _own(function(*args_given, **options_given))
    except _TimeUp:
        problem = f"It was still running after {seconds:g} seconds: does a loop never end?"
        return Outcome(error=_TimeUp.__name__, problem=problem, printed=printed.getvalue())
    except (Exception, SystemExit) as error:
        return Outcome(error=type(error).__name__, problem=_explain(error), printed=printed.getvalue())
    changed = [name for name in kept if not same(given[name], kept[name])]
    problem = f"It changed its input {changed[0]}: work on a copy of it." if changed else ""
    return Outcome(value=value, problem=problem, printed=printed.getvalue())


def _own(value):
    """Copy an answer, so that a later call cannot change it."""
    try:
        return copy.deepcopy(value)
    except Exception:  # a generator, a module, ...: no answer to any question, and reported as such
        return value


def _explain(error):
    if isinstance(error, RecursionError):
        return "It called itself again and again, without an end (RecursionError)."
    lines = traceback.format_exception_only(error)
    message = " ".join(lines[-1 if isinstance(error, SyntaxError) else 0].split())
    if len(message) > _LONGEST:
        message = f"{message[:_LONGEST]}..."
    place = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_LIBRARIES)]
    where = f"\n    in {place[-1].name}, line {place[-1].lineno}: {place[-1].line}" if place else ""
    return f"It raised {message}{where}"


@contextmanager
def _time_limit(seconds):
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        raise _TimeUp

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
