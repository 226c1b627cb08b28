"""How much each pixel counts for a unit, seen from above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .._types import ArrayLike
from .._validate import integer
from ._values import named
from .style import WIDTH, palette, style


def influence_maps(maps: Mapping[str, ArrayLike], *, squares: Sequence[int] = ()) -> Figure:
    """Show maps of influence side by side, each with squares around its middle.

    The colour is that of gradients, scaled to the largest number of each map. The frame is the whole map.

    Parameters
    ----------
    maps : dict
        Title -> square matrix of numbers that are not negative.
    squares : sequence of int
        Sides of the squares to draw on every map, in pixels.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For anything but such maps, and for a square that is larger than a map.

    Examples
    --------
    >>> figure = influence_maps({"paths": [[1, 2, 1], [2, 4, 2], [1, 2, 1]]}, squares=[1])
    >>> [axes.get_title() for axes in figure.axes], figure.axes[0].patches[0].get_width()
    (['paths'], 1)
    """
    maps, squares = named("maps", maps), [integer("squares", side, 1) for side in squares]
    for title, grid in maps.items():
        if grid.ndim != 2 or grid.shape[0] != grid.shape[1] or not (grid >= 0).all() or not grid.any():
            raise ValueError(f"map {title!r} is no square matrix of numbers from 0 up: use one of shape (n, n)")
        for side in squares:
            if side > len(grid):
                raise ValueError(f"square {side} is larger than map {title!r} of side {len(grid)}: use <= {len(grid)}")
    shades = LinearSegmentedColormap.from_list("influence", [palette()["page"]["fill"], palette()["gradient"]["line"]])
    width = WIDTH / max(len(maps), 2)  # inches
    with style():
        figure, panels = plt.subplots(
            1, len(maps), squeeze=False, figsize=(width * len(maps), width + 0.1), layout="constrained"
        )
        for axes, (title, grid) in zip(panels[0], maps.items(), strict=True):
            axes.imshow(grid, cmap=shades, vmin=0, interpolation="nearest")
            for side in squares:
                corner = (len(grid) - side) / 2 - 0.5
                axes.add_patch(plt.Rectangle((corner, corner), side, side, fill=False, ec=palette()["page"]["line"]))
            axes.set(xticks=[], yticks=[])
            axes.set_title(title, loc="center", fontsize=10)
            for spine in axes.spines.values():
                spine.set_visible(True)
    plt.close(figure)
    return figure
