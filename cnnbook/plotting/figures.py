"""The figures that labs and chapters need again and again. Each function returns a matplotlib figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from .._types import ArrayLike
from .._validate import flag, got, integer
from ._values import named, numbers, words
from .style import WIDTH, palette, style

DASHES = ("-", "--", "-.", ":")  # colour is never the only difference between two lines


def image_grid(
    images: ArrayLike, *, titles: Sequence[str] | None = None, columns: int = 10, signed: bool = False
) -> Figure:
    """Show images in rows, each under its title.

    Parameters
    ----------
    images : ndarray of shape (N, C, H, W)
        With one channel as ink on white paper (the largest value is black), with three as colours from 0 to 255.
    titles : sequence of str, optional
        One an image.
    columns : int
        Images a row.
    signed : bool
        Of one channel: 0 is white, positive numbers have the colour of kernels, negative ones that of inputs; each
        image has a scale of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For other shapes and kinds, and where titles and images differ in number.

    Examples
    --------
    >>> figure = image_grid(np.zeros((3, 1, 5, 7)), titles="abc", columns=2)
    >>> len(figure.axes), [axes.get_title() for axes in figure.axes]
    (3, ['a', 'b', 'c'])
    """
    images, columns = numbers("images", images), integer("columns", columns, 1)
    titles = titles if titles is None else words("titles", titles)
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not len(images):
        raise ValueError(f"images have shape {images.shape}: use (N, C, H, W) with N >= 1 and C 1 or 3")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"there are {len(titles)} titles for {len(images)} images: use one an image, or none")
    if not images.size or not np.isfinite(images).all() or (images.shape[1] == 3 and not _are_bytes(images)):
        needs = "numbers from 0 to 255" if images.shape[1] == 3 else "numbers, no NaN or infinity"
        raise ValueError(f"images hold something else than {needs}: scale them, or leave those images out")
    N, C, H, W = images.shape
    columns = min(columns, N)
    rows = ceil(N / columns)
    side = WIDTH / max(columns, 5)  # inches
    height = rows * (side * H / W + (0.24 if titles is not None else 0.04))
    with style():
        figure = plt.figure(figsize=(side * columns, height), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
        for n, image in enumerate(images):
            axes = figure.add_subplot(rows, columns, n + 1)
            if signed and C == 1:
                most = abs(image).max() or 1
                axes.imshow(image[0], cmap=_signed(), vmin=-most, vmax=most)
            elif C == 1:
                axes.imshow(image[0], cmap="gray_r", vmin=0, vmax=max(images.max(), 1))
            else:
                axes.imshow(image.transpose(1, 2, 0).astype(np.uint8))
            axes.set_axis_off()
            if titles is not None:
                axes.set_title(titles[n], fontsize=10, loc="center", pad=2)
    return _done(figure)


def learning_curves(curves: Mapping[str, ArrayLike], *, ylabel: str, logarithmic: bool = False) -> Figure:
    """Draw one line a name over the epochs: the mean of the seeds, in a band from the lowest to the highest.

    Parameters
    ----------
    curves : dict
        Name -> numbers of shape (epochs,), or (seeds, epochs).
    ylabel : str
        What the numbers are, with their unit.
    logarithmic : bool
        Whether equal ratios take equal heights.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For other shapes and kinds, and for numbers that a logarithmic axis cannot show.

    Examples
    --------
    >>> figure = learning_curves({"two seeds": [[2.0, 1.0], [4.0, 2.0]], "one": [3.0, 2.5]}, ylabel="loss")
    >>> figure.axes[0].lines[0].get_ydata()
    array([3. , 1.5])
    """
    logarithmic = flag("logarithmic", logarithmic)
    if not isinstance(ylabel, str):
        raise TypeError(f"ylabel must be words, {got(ylabel)}: say what the numbers are, with their unit")
    curves = {name: np.atleast_2d(values) for name, values in named("curves", curves).items()}  # (seeds, epochs)
    for name, values in curves.items():
        if values.ndim != 2 or not values.size:
            raise ValueError(f"curve {name!r} has shape {values.shape}: use (epochs,) or (seeds, epochs)")
        if logarithmic and values.min() <= 0:
            raise ValueError(f"curve {name!r} goes down to {values.min():g}: a logarithmic axis needs numbers above 0")
    with style():
        height = 2.8 + 0.2 * len(curves)  # a line of the legend each
        figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
        for (name, values), dashes in zip(curves.items(), cycle(DASHES), strict=False):
            epochs = np.arange(1, values.shape[1] + 1)
            (line,) = axes.plot(epochs, values.mean(0), dashes, label=name)
            if len(values) > 1:
                axes.fill_between(epochs, values.min(0), values.max(0), color=line.get_color(), alpha=0.2, lw=0)
        axes.set(xlabel="epoch", ylabel=ylabel)
        if logarithmic:
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper left", alignment="left")
    return _done(figure)


def confusion_matrix(matrix: ArrayLike, classes: Sequence[str]) -> Figure:
    """Show how often each class was taken for each: the classes are the rows, the answers the columns.

    Right answers are on the diagonal, in the colour of outputs; the darker another cell, the more images are in it.

    Parameters
    ----------
    matrix : ndarray of int, shape (K, K)
        Counts.
    classes : sequence of str
        K names.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        Where matrix and classes do not fit together, and for anything but counts.

    Examples
    --------
    >>> figure = confusion_matrix(np.array([[9, 1], [0, 8]]), ["cat", "dog"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['9', '1', '8']
    """
    matrix, classes = numbers("matrix", matrix), words("classes", classes)
    K = len(classes)
    if matrix.shape != (K, K) or not K:
        raise ValueError(f"matrix has shape {matrix.shape} for {K} classes: use ({K}, {K}), with one class at least")
    if matrix.dtype.kind not in "iu" or matrix.min() < 0:
        raise ValueError(f"matrix holds {matrix.dtype} down to {matrix.min()}: use counts, whole numbers from 0 on")
    wrong = np.where(np.eye(K, dtype=bool), 0, matrix)
    most = max(wrong.max(), 1)
    colours, page = palette(), palette()["page"]
    shades = LinearSegmentedColormap.from_list("mistakes", [page["fill"], colours["gradient"]["line"]])
    with style():
        size = 0.7 + 0.35 * K
        figure, axes = plt.subplots(figsize=(size, size), layout="constrained")
        axes.grid(False)
        axes.imshow(wrong, cmap=shades, vmin=0, vmax=most)
        for row, column in np.argwhere(matrix):
            right = row == column
            if right:
                cell = plt.Rectangle((column - 0.5, row - 0.5), 1, 1, color=colours["output"]["fill"], lw=0)
                axes.add_patch(cell)
            ink = page["fill"] if not right and matrix[row, column] > most / 2 else page["line"]
            count = f"{matrix[row, column]}"
            axes.text(column, row, count, ha="center", va="center", color=ink, fontsize=10 if len(count) < 4 else 8)
        axes.set(xticks=range(K), yticks=range(K), xlabel="answer of the network", ylabel="label")
        axes.set_xticklabels(classes, rotation=90 if max(map(len, classes)) > 3 else 0)
        axes.set_yticklabels(classes)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return _done(figure)


def _signed():
    ends = (palette()["input"]["line"], palette()["page"]["fill"], palette()["kernel"]["line"])
    return LinearSegmentedColormap.from_list("signed", ends)


def _are_bytes(images):
    return images.min() >= 0 and images.max() <= 255


def _done(figure):
    """Let go of the figure, so that a notebook shows it once: as the value of its cell."""
    plt.close(figure)
    return figure
