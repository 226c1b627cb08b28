"""Every window of a layer along one axis, drawn under the input that it slides over."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from ..arithmetic import output_size
from .style import WIDTH, palette, style

_CELL = 0.27  # inches; smaller where one layer alone would be wider than a page


def windows(*layers: Mapping[str, Any], columns: int = 2) -> Figure:
    """Draw, for each layer, one axis of its input, every window on it, and what is never read.

    Pixels of the input carry their number, padding a 0. The taps of each window stand below, a row a window, and the
    cell of the output on the right. A pixel that no tap reads is hatched; what hangs over the end is dotted.

    Parameters
    ----------
    *layers : dict
        What :func:`cnnbook.arithmetic.output_size` takes: ``size``, ``kernel`` and any of its options, all integers.
    columns : int
        Drawings side by side; fewer where they would be wider than a page.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Where a kernel does not fit.

    Examples
    --------
    >>> figure = windows(dict(size=7, kernel=3), dict(size=7, kernel=3, stride=2))
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['n = 7,  k = 3:  o = 5', 'n = 7,  k = 3,  s = 2:  o = 3']
    """
    columns = min(columns, len(layers))
    widths = _widths(layers, columns)
    while columns > 1 and _CELL * sum(widths) > WIDTH:
        columns -= 1
        widths = _widths(layers, columns)
    rows = [layers[first : first + columns] for first in range(0, len(layers), columns)]
    heights = [max(len(_starts(**layer)) for layer in row) + 2.8 for row in rows]
    with style():
        cell = min(_CELL, WIDTH / sum(widths))
        figure = plt.figure(figsize=(cell * sum(widths), cell * sum(heights)))
        ratios = {"width_ratios": widths, "height_ratios": heights}
        grid = figure.add_gridspec(len(rows), columns, left=0, right=1, bottom=0, top=1, wspace=0, hspace=0, **ratios)
        for number, layer in enumerate(layers):
            row, column = divmod(number, columns)
            _draw(figure.add_subplot(grid[row, column]), widths[column], heights[row], **layer)
    plt.close(figure)
    return figure


def _widths(layers, columns):
    """Cells that each column of drawings takes."""
    return [max(_reach(**layer) for layer in layers[column::columns]) + 3 for column in range(columns)]


def _starts(size, kernel, stride=1, padding=0, **options):
    count = output_size(size, kernel, stride=stride, padding=padding, **options)
    return [stride * number - padding for number in range(count)]


def _reach(size, kernel, padding=0, dilation=1, **options):
    """Cells from the first of the padding to the last of the padding or of a window that hangs over it."""
    last = _starts(size, kernel, padding=padding, dilation=dilation, **options)[-1] + dilation * (kernel - 1)
    return max(size + padding, last + 1) + padding


def _draw(axes, width, height, size, kernel, stride=1, padding=0, dilation=1, ceil_mode=False):
    layer = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    starts = _starts(size, kernel, **layer)
    reach = _reach(size, kernel, **layer)
    taps = [[start + dilation * tap for tap in range(kernel)] for start in starts]
    read = set().union(*taps)
    for place in range(-padding, reach - padding):
        if 0 <= place < size:
            _cell(axes, place, 0, "input", str(place), hatched=place not in read)
        else:
            beyond = place >= size + padding
            _cell(axes, place, 0, "padding", "" if beyond else "0", "dotted" if beyond else "-")
    for row, window in enumerate(taps, 1):
        axes.plot([window[0], window[-1]], [-row - 0.2] * 2, color=palette()["kernel"]["line"], lw=1, zorder=0)
        for place in window:
            _cell(axes, place, row + 0.2, "kernel", "", "dotted" if place >= size + padding else "-")
        _cell(axes, reach - padding + 1, row + 0.2, "output", "")
    axes.set_axis_off()
    axes.set(xlim=(-padding - 0.7, width - padding - 0.7), ylim=(1.6 - height, 1.6))
    shown = {"n": size, "k": kernel, "p": padding, "s": stride, "d": dilation}
    given = {name: value for name, value in shown.items() if name in "nk" or value != {"p": 0, "s": 1, "d": 1}[name]}
    given = ",  ".join([*(f"{name} = {value}" for name, value in given.items()), *["ceil"] * ceil_mode])
    axes.set_title(f"{given}:  o = {len(starts)}", y=1, pad=-12)


def _cell(axes, column, row, role, text, line="-", hatched=False):
    colours = palette()[role]
    box = plt.Rectangle(
        (column - 0.45, -row - 0.45), 0.9, 0.9,
        facecolor=colours["fill"], edgecolor=colours["line"], ls=line, lw=1, hatch="////" * hatched,
    )  # fmt: skip
    axes.add_patch(box)
    patch = {"facecolor": colours["fill"], "lw": 0, "pad": 1}
    axes.text(column, -row - 0.03, text, ha="center", va="center", fontsize=9, bbox=patch if hatched else None)
