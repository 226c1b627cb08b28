"""Layers written out as matrices, in which equal numbers are the same weight."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from .._types import ArrayLike
from ._values import named
from .style import WIDTH, palette, style


def weight_matrices(matrices: Mapping[str, ArrayLike], *, blocks: tuple[int, int] | None = None) -> Figure:
    """Draw layers as matrices, one below the other: a row for each output, a column for each input.

    The numbers in the cells are names: equal numbers are one weight, and have one colour. A 0 is no weight, and its
    cell is empty.

    Parameters
    ----------
    matrices : dict
        Title -> matrix of whole numbers from 0 on.
    blocks : tuple of int, optional
        (rows, columns): heavier lines after so many, such as where a row of the image ends.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For anything but matrices of whole numbers from 0 on, and for blocks that do not divide a matrix.

    Examples
    --------
    Four inputs, three outputs, a kernel of two weights:

    >>> figure = weight_matrices({"convolution": [[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]]})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', '2', '1', '2', '1', '2']
    """
    matrices = named("matrices", matrices)
    for title, matrix in matrices.items():
        if matrix.ndim != 2 or not matrix.size:
            raise ValueError(f"matrix {title!r} has shape {matrix.shape}: use (outputs, inputs)")
        if matrix.dtype.kind not in "iu" or matrix.min() < 0:
            raise ValueError(f"matrix {title!r} holds {matrix.dtype}, not whole numbers from 0 on: number its weights")
        if blocks is not None and (np.array(matrix.shape) % blocks).any():
            raise ValueError(f"blocks {blocks} do not divide matrix {title!r} of shape {matrix.shape}: use divisors")
    cell = min(0.36, WIDTH / max(matrix.shape[1] for matrix in matrices.values()))  # inches
    heights = [matrix.shape[0] * cell + 0.35 for matrix in matrices.values()]
    with style():
        width = cell * max(matrix.shape[1] for matrix in matrices.values())
        total = sum(heights) + 0.02  # the lowest line is whole
        figure, top = plt.figure(figsize=(width, total)), total
        for (title, matrix), height in zip(matrices.items(), heights, strict=True):
            top -= height
            rows, columns = matrix.shape
            place = (0, top / total, columns * cell / width, rows * cell / total)
            _draw(figure.add_axes(place), title, matrix, blocks or (rows, columns), cell)
    plt.close(figure)
    return figure


def _draw(axes, title, matrix, blocks, cell):
    (rows, columns), page, kernel = matrix.shape, palette()["page"], palette()["kernel"]
    middle = 0.5 * np.array(to_rgb(kernel["fill"])) + 0.5 * np.array(to_rgb(kernel["line"]))
    shades = LinearSegmentedColormap.from_list("weights", [kernel["fill"], middle])
    shades = shades.with_extremes(under=page["fill"])  # no weight
    axes.grid(False)
    line = palette()["padding"]["line"]
    axes.pcolormesh(matrix, cmap=shades, vmin=0.5, vmax=max(matrix.max(), 1.5), edgecolors=line, lw=0.3)
    for row, column in np.argwhere(matrix):
        text = f"{matrix[row, column]}"
        size = min(9, 72 * cell / (0.75 * max(len(text), 2)))  # so that the longest fits
        axes.text(column + 0.5, row + 0.52, text, ha="center", va="center_baseline", fontsize=size)
    axes.hlines(range(0, rows + 1, blocks[0]), 0, columns, color=page["line"], lw=1.2, clip_on=False)
    axes.vlines(range(0, columns + 1, blocks[1]), 0, rows, color=page["line"], lw=1.2, clip_on=False)
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    axes.set_title(title, y=1, pad=4)
    axes.spines[:].set_visible(False)
