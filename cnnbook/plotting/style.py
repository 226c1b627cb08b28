"""One look for all figures: the roles and colours of the book's palette, on white.

Figures keep their white ground on dark pages too, like photographs in a printed book: grey values of images would not
survive a change of ground.
"""

import json
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files

import matplotlib as mpl
from cycler import cycler

SERIES = ("input", "kernel", "output", "gradient", "padding")  # the order in which a chart takes colours


@lru_cache
def palette():
    """Line and fill colour of each role, for a light page.

    >>> sorted(palette())
    ['gradient', 'input', 'kernel', 'output', 'padding', 'page']
    >>> palette()["input"]["line"]
    '#0b5fa5'
    """
    return json.loads((files("cnnbook") / "palette.json").read_text())["light"]


def rc():
    """Matplotlib settings of the book, as a dict."""
    page, muted = palette()["page"], palette()["padding"]
    return {
        "figure.dpi": 100,
        "figure.facecolor": page["fill"],
        "savefig.facecolor": page["fill"],
        "axes.facecolor": page["fill"],
        "axes.edgecolor": muted["line"],
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.labelcolor": page["line"],
        "axes.prop_cycle": cycler(color=[palette()[role]["line"] for role in SERIES]),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 10,
        "font.size": 10,
        "grid.color": "#e3e3e0",
        "legend.frameon": False,
        "lines.linewidth": 2,
        "text.color": page["line"],
        "xtick.color": muted["line"],
        "xtick.labelcolor": page["line"],
        "ytick.color": muted["line"],
        "ytick.labelcolor": page["line"],
    }


@contextmanager
def style():
    """Draw in the book's style inside a ``with`` block; figures made before and after keep theirs.

    >>> with style():
    ...     mpl.rcParams["axes.grid"]
    True
    """
    with mpl.rc_context(rc()):
        yield
