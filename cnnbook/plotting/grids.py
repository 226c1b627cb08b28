"""Small matrices as grids of numbers: the picture behind most of the arithmetic in this book."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ._values import named
from .style import palette, style


def number_grids(grids, *, role="input"):
    """Show matrices side by side, each number in its cell; the larger a number, the stronger the colour.

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
    cell, gap = 0.42, 0.7  # inches
    widths, tallest = [grid.shape[1] for grid in grids.values()], max(grid.shape[0] for grid in grids.values())
    size = sum(widths) * cell + gap * len(grids), tallest * cell + 0.5
    with style():
        figure, row = plt.subplots(
            1, len(grids), figsize=size, squeeze=False, width_ratios=widths, layout="constrained"
        )
        for axes, (title, grid) in zip(row[0], grids.items(), strict=True):
            axes.grid(False)
            axes.pcolormesh(
                np.abs(grid * 1.0), cmap=shades, vmin=0, vmax=largest, edgecolors=palette()[role]["line"], lw=0.8
            )
            for (i, j), number in np.ndenumerate(grid):
                axes.text(j + 0.5, i + 0.5, f"{number:g}", ha="center", va="center")
            axes.set(title=title, xticks=[], yticks=[], aspect="equal")
            axes.invert_yaxis()
            axes.spines[:].set_visible(False)
    plt.close(figure)
    return figure
