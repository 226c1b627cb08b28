"""Small matrices as grids of numbers: the picture behind most of the arithmetic in this book."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .._types import ArrayLike
from ._values import named
from .style import WIDTH, palette, style


def number_grids(grids: Mapping[str, ArrayLike], *, role: str = "input") -> Figure:
    """Show matrices side by side, each number in its cell; the larger a number, the stronger the colour.

    What does not fit beside the others stands in a row below.

    Parameters
    ----------
    grids : dict
        Title -> matrix of numbers. One scale of colour holds for all.
    role : str
        Role in the palette that the numbers play: "input", "kernel", "output", "gradient" or "padding".

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For anything but matrices of numbers, and for a role that the palette does not have.

    Examples
    --------
    >>> figure = number_grids({"input": np.arange(35).reshape(5, 7), "kernel": np.ones((3, 2))})
    >>> [axes.get_title(loc="left") for axes in figure.axes], figure.axes[0].texts[8].get_text()
    (['input', 'kernel'], '8')
    """
    if not isinstance(role, str) or role not in palette():
        raise ValueError(f"role {role!r} is not in the palette: use {', '.join(palette())}")
    grids = named("grids", grids)
    for title, grid in grids.items():
        if grid.ndim != 2 or not grid.size:
            raise ValueError(f"grid {title!r} has shape {grid.shape}: use a matrix, (H, W)")
    sizes = np.concatenate([np.abs(grid * 1.0).ravel() for grid in grids.values()])
    largest = sizes[np.isfinite(sizes)].max(initial=0) or 1
    shades = LinearSegmentedColormap.from_list(role, [palette()["page"]["fill"], palette()[role]["fill"]])
    longest = max(len(f"{number:g}") for grid in grids.values() for number in grid.flat)
    cell, gap, rows, room = max(0.3, 0.1 * longest), 0.3, [], 0  # inches
    for title, grid in grids.items():
        room -= grid.shape[1] * cell + gap
        if room < 0:  # a new row, so that no figure is wider than a page
            rows, room = [*rows, {}], WIDTH - grid.shape[1] * cell - gap
        rows[-1][title] = grid
    widths = [sum(grid.shape[1] * cell + gap for grid in row.values()) for row in rows]
    heights = [max(grid.shape[0] for grid in row.values()) * cell + 0.45 for row in rows]
    with style():
        figure = plt.figure(figsize=(max(widths), sum(heights)), layout="constrained")
        parts = figure.subfigures(len(rows), 1, height_ratios=heights, squeeze=False)[:, 0]
        for part, row in zip(parts, rows, strict=True):
            panels = part.subplots(1, len(row), squeeze=False, width_ratios=[grid.shape[1] for grid in row.values()])
            for axes, (title, grid) in zip(panels[0], row.items(), strict=True):
                _draw(axes, title, grid, shades, largest, palette()[role]["line"])
    plt.close(figure)
    return figure


def _draw(axes, title, grid, shades, largest, line):
    axes.grid(False)
    axes.pcolormesh(np.abs(grid * 1.0), cmap=shades, vmin=0, vmax=largest, edgecolors=line, lw=0.8)
    for (i, j), number in np.ndenumerate(grid):
        axes.text(j + 0.5, i + 0.5, f"{number:g}", ha="center", va="center")
    axes.set(title=title, xticks=[], yticks=[], aspect="equal")
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
