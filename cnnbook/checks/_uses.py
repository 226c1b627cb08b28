"""An answer that builds on another one of the same student: find that one, and try the right one in its place."""

import functools
import inspect
import types
from contextlib import contextmanager


def namespace(function):
    """The names that a student's function sees: the globals of its notebook; empty where it has none.

    Examples
    --------
    >>> namespace(functools.partial(lambda size: size, 3)) is globals()
    True
    >>> namespace(max)
    {}
    """
    while isinstance(function, functools.partial):
        function = function.func
    if not isinstance(function, types.FunctionType | types.MethodType) and not hasattr(function, "__wrapped__"):
        function = function if isinstance(function, type) else type(function).__call__
    return getattr(inspect.unwrap(function), "__globals__", {})


@contextmanager
def standing_in(names, others):
    """Put other functions in the place of some, for as long as the context lasts.

    Parameters
    ----------
    names : dict
        The namespace. It is changed rather than copied, so that helpers, closures and caches in it see the change.
    others : dict of str to callable
        What stands in. A name that the namespace lacks is left alone.

    Yields
    ------
    set of str
        Names of those that were called, filled while the context lasts.

    Examples
    --------
    >>> names = {"half": lambda size: size / 2}
    >>> with standing_in(names, {"half": lambda size: size // 2}) as called:
    ...     print(names["half"](7), called)
    3 {'half'}
    >>> names["half"](7)
    3.5
    """
    called, before = set(), {name: names[name] for name in others if name in names}

    def watched(name):
        @functools.wraps(others[name])
        def stand_in(*args, **options):
            called.add(name)
            return others[name](*args, **options)

        return stand_in

    names.update({name: watched(name) for name in before})
    try:
        yield called
    finally:
        names.update(before)
