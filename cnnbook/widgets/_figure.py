"""Stills that are charts: a figure in the book's colours, and its PNG. Imported when a still is drawn, not before."""

from base64 import b64encode
from io import BytesIO

from matplotlib.figure import Figure

from ._still import _PALETTE


def line(role):
    """Colour of a role's lines and letters."""
    return _PALETTE[role]["line"]


def fill(role):
    """Colour of a role's areas."""
    return _PALETTE[role]["fill"]


def figure(width, height):
    """An empty figure of so many inches."""
    return Figure(figsize=(width, height), dpi=144, facecolor=fill("page"), layout="constrained")


def png(figure):
    """The figure as PNG, in base64.

    >>> png(figure(2, 1)).startswith("iVBORw0KGgo")     # the signature of PNG
    True
    """
    file = BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return b64encode(file.getvalue()).decode("ascii")
