"""Companion package of a book on convolutional neural networks.

Importing it loads neither torch nor matplotlib: every part is loaded when it is first used.

>>> import cnnbook
>>> cnnbook.arithmetic.output_size(7, 3)
5
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what __getattr__ finds
    from . import (  # noqa: I001
        arithmetic, checks, datasets, environment, functional, labs, models, nn, plotting, profile, training, widgets,
    )  # fmt: skip

__version__ = "0.1.0"

_PARTS = {
    "arithmetic": "output sizes, costs and receptive fields: integers only",
    "checks": "what an exercise accepts, and the misconceptions that it knows by name",
    "datasets": "images and labels, with an offline choice",
    "environment": "is everything here that a notebook needs?",
    "functional": "NumPy reference operations, each with its backward",
    "labs": "questions that training answers, one file each",
    "models": "the architectures of the book in PyTorch",
    "nn": "NumPy layers, networks and optimisers",
    "plotting": "matplotlib figures in one style",
    "profile": "a model's layer table",
    "training": "the training loop that all labs share",
    "widgets": "explorers: figures that answer back",
}


if not TYPE_CHECKING:

    def __getattr__(name):
        if name in _PARTS:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: it has {', '.join(_PARTS)}")


def __dir__():
    return [*globals(), *_PARTS]
