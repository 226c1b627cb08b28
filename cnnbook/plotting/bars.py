"""Bars made of parts: where does a sum come from?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from .._types import ArrayLike
from ._values import named
from .style import SERIES, WIDTH, palette, style

_ROOM = 0.055  # of the axis: what a number needs inside its part


def stacked_bars(bars: Mapping[str, ArrayLike], parts: Sequence[str], *, xlabel: str) -> Figure:
    """Draw one horizontal bar a name, made of its parts; each part shows its number where there is room.

    Parameters
    ----------
    bars : dict
        Name -> numbers of shape (parts,), none negative.
    parts : sequence of str
        What the parts are called, in order; no part of 0 is drawn.
    xlabel : str
        What the numbers are, with their unit.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For anything but such numbers, and where they and `parts` differ in number.

    Examples
    --------
    >>> figure = stacked_bars({"plain": [590, 0], "bottleneck": [37, 33]}, ["3x3", "1x1"], xlabel="thousand weights")
    >>> [(int(bar.get_x()), int(bar.get_width())) for bar in figure.axes[0].patches]
    [(0, 590), (0, 37), (37, 33)]
    """
    bars, parts = named("bars", bars), list(parts)
    for name, values in bars.items():
        if values.shape != (len(parts),) or not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(f"bar {name!r} holds {values.tolist()}: use {len(parts)} numbers, one a part, from 0 on")
    longest = max(values.sum() for values in bars.values()) or 1
    colours = [palette()[role] for role in (*SERIES, "page")]
    drawn = set()
    with style():
        figure, axes = plt.subplots(figsize=(WIDTH, 0.9 + 0.45 * len(bars)), layout="constrained")
        for row, values in enumerate(bars.values()):
            starts = np.cumsum(values) - values
            for part, start, value, colour in zip(parts, starts, values, cycle(colours), strict=False):
                if not value:
                    continue
                label = part if part not in drawn else None  # one entry a part in the legend
                axes.barh(
                    row, value, left=start, height=0.6, color=colour["fill"], edgecolor=colour["line"], label=label
                )
                drawn.add(part)
                if value > _ROOM * longest:
                    axes.text(start + value / 2, row, f"{value:.0f}", ha="center", va="center", fontsize=9)
        axes.set(yticks=range(len(bars)), yticklabels=list(bars), xlabel=xlabel)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
        shown = [part for part in parts if part in handles]
        figure.legend([handles[part] for part in shown], shown, loc="outside upper left", ncols=3, fontsize=10)
    plt.close(figure)
    return figure
