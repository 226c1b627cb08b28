"""One look for all figures: the roles and colours of the book's palette, on white.

On a dark page the site turns charts dark and leaves images as they are (book/_ext/booksite/pictures.py). No figure is
wider than WIDTH, so that a phone shows it at nearly its own size, with letters that can be read.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import Any

import matplotlib as mpl
from cycler import cycler

WIDTH = 4.2  # inches
SERIES = ("input", "kernel", "output", "gradient", "padding")  # the order in which a chart takes colours


@lru_cache
def palette() -> dict[str, dict[str, str]]:
    """Line and fill colour of each role, for a light page.

    >>> sorted(palette())
    ['gradient', 'input', 'kernel', 'output', 'padding', 'page']
    >>> palette()["input"]["line"]
    '#0b5fa5'
    """
    return json.loads((files("cnnbook") / "palette.json").read_text())["light"]


def rc() -> dict[str, Any]:
    """Matplotlib settings of the book, as a dict."""
    page, muted = palette()["page"], palette()["padding"]
    return {
        "figure.dpi": 100,
        "figure.figsize": (WIDTH, 3),
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
        "axes.titlesize": 11,
        "font.size": 11,
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
def style() -> Iterator[None]:
    """Draw in the book's style inside a ``with`` block; figures made before and after keep theirs.

    >>> with style():
    ...     mpl.rcParams["axes.grid"]
    True
    """
    with mpl.rc_context(rc()):
        yield
