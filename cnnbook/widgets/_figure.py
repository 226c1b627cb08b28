"""Stills that are charts: a figure in the book's colours, and its PNG. Imported when a still is drawn, not before."""

import json
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image  # matplotlib brings it

_PALETTE = json.loads((Path(__file__).parents[1] / "palette.json").read_text(encoding="utf-8"))["light"]
_COLOURS = 96  # few are in a still, and their edges blend


def line(role):
    """Colour of a role's lines and letters."""
    return _PALETTE[role]["line"]


def fill(role):
    """Colour of a role's areas."""
    return _PALETTE[role]["fill"]


def figure(width, height):
    """An empty figure of so many inches."""
    return Figure(figsize=(width, height), dpi=144, facecolor=fill("page"), layout="constrained")


def png(figure, **options):
    """The figure as PNG, in base64; `options` are those of matplotlib's ``savefig``.

    >>> png(figure(2, 1)).startswith("iVBORw0KGgo")     # the signature of PNG
    True
    """
    full, small = BytesIO(), BytesIO()
    figure.savefig(full, format="png", metadata={"Software": None}, **options)
    with Image.open(full) as picture:  # with a palette it takes a third of the bytes
        picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return b64encode(small.getvalue()).decode("ascii")
