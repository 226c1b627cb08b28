"""Checks of the exercises: each question is declared once, and serves the notebook, the grader and the tests.

A student hands over a function, from a notebook or from anywhere:

>>> from cnnbook import checks
>>> def output_size(size, kernel, *, stride=1, padding=0, dilation=1):
...     return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
>>> checks.convolution.output_size(output_size)
output_size: public cases passed: 200 cases

A wrong answer raises :class:`CheckFailed`, whose text is the smallest failing case and, where the answers are those of
a known mistake, its name. A grader asks for a result instead, on cases that nobody has seen:

>>> checks.questions()["arithmetic-output_size"].run(output_size, seed=2026, cases=100).status
'passed'

The questions of a chapter are in the module of its name (``checks.arithmetic``); those of a part of the book are
gathered in the module of the part (``checks.convolution``). How one is declared: ``checks/_question.py``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ._call import Outcome
from ._question import Case, Misconception, Question, question
from ._result import CheckFailed, NotAnswered, Result

if TYPE_CHECKING:  # what __getattr__ finds
    from . import (  # noqa: I001
        activations, alexnet, architectures, arithmetic, backpropagation, batch_norm, channels, classifier, convolution,
        cross_correlation, googlenet, grouped_and_separable, im2col, inception, layers, lenet, pointwise, pooling,
        resnet, side_by_side, small_kernels, transfer_learning, transposed_dilated_deformable, vgg, why_convolution,
        xception_mobilenet, your_lenet,
    )  # fmt: skip
    from ._progress import Progress

PARTS = {  # of the book, each with its chapters that have an exercise
    "convolution": (
        "why_convolution",
        "cross_correlation",
        "channels",
        "arithmetic",
        "small_kernels",
        "im2col",
        "pointwise",
        "grouped_and_separable",
        "transposed_dilated_deformable",
    ),
    "layers": ("pooling", "activations", "batch_norm", "classifier", "backpropagation"),
    "architectures": (
        "lenet",
        "alexnet",
        "vgg",
        "googlenet",
        "inception",
        "resnet",
        "xception_mobilenet",
        "transfer_learning",
        "side_by_side",
    ),
}  # fmt: skip
_CHAPTERS = tuple(chapter for chapters in PARTS.values() for chapter in chapters)

__all__ = [
    "Case",
    "CheckFailed",
    "Misconception",
    "NotAnswered",
    "Outcome",
    "Question",
    "Result",
    "progress",
    "question",
    "questions",
    *_CHAPTERS,
    *PARTS,
]


def questions() -> dict[str, Question]:
    """Every question of the book, by its id, in the order of the chapters.

    Returns
    -------
    dict of str to Question
        The id is chapter and name, ``"arithmetic-output_size"``: the ``grade_id`` of its check in the exercise.
    """
    return {asked.id: asked for chapter in _CHAPTERS for asked in in_chapter(chapter).values()}


def in_chapter(chapter: str) -> dict[str, Question]:
    """The questions of a chapter by name, in the order of its exercise.

    >>> [*in_chapter("arithmetic")][:2]
    ['output_size', 'dropped_pixels']
    """
    module = import_module(f"{__name__}.{chapter}")
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, Question) and value.module == module.__name__
    }


def progress() -> Progress:
    """How far you are, over all notebooks: what passed, how often you tried, and what is worth another look.

    It is kept in one file on this machine, in the folder for data of the user or where ``CNNBOOK_PROGRESS`` says, and
    sent nowhere. Where that variable is empty, and where nbgrader runs a notebook, nothing is kept.

    Returns
    -------
    Progress
        Shown as a table in a notebook; ``str`` of it is text.

    Examples
    --------
    >>> from cnnbook import checks
    >>> "arithmetic" in checks.progress().chapters
    True
    """
    from ._progress import Progress

    return Progress(questions().values())


if not TYPE_CHECKING:

    def __getattr__(name):
        if name in (*_CHAPTERS, *PARTS, "your_lenet"):
            return import_module(f"{__name__}.{name}")
        remedy = f"it has {', '.join(__all__)}"
        if Path(__file__).with_name(f"{name}.py").is_file():
            remedy = f"its file is there, enter it in PARTS of {__file__}"
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: {remedy}")


def __dir__():
    return __all__
