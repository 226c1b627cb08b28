"""Old names go on working for one minor version, with a warning that says what to write instead."""

import warnings
from importlib import import_module

from . import __version__


def old_names(module, renamed):
    """Make the ``__getattr__`` of a module that still answers to names of before.

    A name that changed in 0.2 works in every 0.2.x and is gone in 0.3: there the module cannot be imported until the
    entry is deleted, so that no release keeps one by oversight.

    Parameters
    ----------
    module : str
        Its ``__name__``.
    renamed : dict of str to (str, str)
        For each old name the new one, in the same module, and the version that brought it: ``("resnet18", "0.2")``.

    Returns
    -------
    function

    Raises
    ------
    ValueError
        For an entry whose minor version is over.

    Examples
    --------
    >>> __getattr__ = old_names("cnnbook.arithmetic", {"out_size": ("output_size", "0.1")})
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     __getattr__("out_size")(7, 3)
    5
    >>> print(told[0].message)
    cnnbook.arithmetic.out_size is now called output_size: write that; the old name goes with cnnbook 0.2
    """
    here = _minor(__version__)
    for old, (new, since) in renamed.items():
        if _minor(since) < here:
            raise ValueError(f"{module}.{old} is {new} since {since}, and this is {__version__}: delete its entry")

    def __getattr__(name):
        if name not in renamed:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        new, since = renamed[name]
        major, minor = _minor(since)
        warnings.warn(
            f"{module}.{name} is now called {new}: write that; the old name goes with cnnbook {major}.{minor + 1}",
            DeprecationWarning,  # Python shows it in a notebook and in a script, not where a library uses the name
            stacklevel=2,
        )
        return getattr(import_module(module), new)

    return __getattr__


def _minor(version):
    major, minor, *_ = version.split(".")
    return int(major), int(minor)
