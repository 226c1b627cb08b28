"""A convolution layer as volumes: the channels of its input, its filters, and the channels of its output."""

from itertools import product
from math import prod
from reprlib import repr as shortened

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .._types import Size
from .._validate import integer, per_axis
from ..arithmetic import output_size
from .style import WIDTH, palette, style

_LEAN = 1.1  # cells from one plane to the next behind it, to the right and up
_GAP = 2  # cells between stacks
_MOST = 3000  # cells


def volumes(c_in: int, c_out: int, size: Size, kernel: Size, *, place: tuple[int, int] = (0, 0)) -> Figure:
    """Draw a layer of stride 1 without padding: the input, a filter for each output channel, the output.

    A channel is a plane of cells. One number of the first output channel is marked, with its filter and all that it
    sees of the input.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    size, kernel : int or tuple of int
        (H, W) of the input, (kH, kW) of the kernels.
    place : tuple of int
        Row and column of the marked number.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        For sizes that :func:`cnnbook.arithmetic.output_size` refuses, for channels that are no positive integers, for
        a place outside the output, and for more cells than one can see.

    Examples
    --------
    >>> figure = volumes(3, 2, (5, 7), (3, 2))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['3 x 5 x 7', '2 x 3 x 3 x 2', '2 x 3 x 6']
    """
    c_in, c_out = integer("c_in", c_in, 1), integer("c_out", c_out, 1)
    (H, W), (kH, kW) = per_axis("size", size, 2, 1), per_axis("kernel", kernel, 2, 1)
    output = output_size((H, W), (kH, kW))
    if (cells := c_in * H * W + c_out * (c_in * kH * kW + prod(output))) > _MOST:
        raise ValueError(f"the layer has {cells} cells: use fewer channels or smaller sizes, at most {_MOST} cells")
    if not isinstance(place, tuple) or place not in set(product(*map(range, output))):
        raise ValueError(f"place {shortened(place)} is not in the output: use a tuple (row, column) below {output}")
    lean_in, lean_out = _LEAN * (c_in - 1), _LEAN * (c_out - 1)
    heights = H + lean_in, c_out * (kH + lean_in + 1) - 1, output[0] + lean_out
    tall = max(heights)
    floor_in, floor_kernels, floor_out = ((tall - height) / 2 for height in heights)
    with style():
        figure = plt.figure()
        axes = figure.add_axes((0, 0, 1, 1))
        seen = dict.fromkeys(range(c_in), (*place, kH, kW))
        left = _stack(axes, 0, floor_in, "input", (c_in, H, W), seen)
        for index in range(c_out):  # the filters, one below the other
            floor = floor_kernels + (c_out - 1 - index) * (kH + lean_in + 1)
            marked = dict.fromkeys(range(c_in) if index == 0 else (), (0, 0, kH, kW))
            end = _stack(axes, left, floor, "kernel", (c_in, kH, kW), marked)
        _stack(axes, end, floor_out, "output", (c_out, *output), {0: (*place, 1, 1)})
        width, height = end + output[1] + lean_out + 0.4, tall + 2.2
        for start, stop, shape in [(0, left - _GAP, (c_in, H, W)), (left, end - _GAP, (c_out, c_in, kH, kW)),
                                   (end, width - 0.4, (c_out, *output))]:  # fmt: skip
            axes.text((start + stop) / 2, -0.5, " x ".join(map(str, shape)), ha="center", va="top")
        cell = min(0.22, WIDTH / width)  # inches
        figure.set_size_inches(width * cell, height * cell)
        axes.set(xlim=(-0.2, width - 0.2), ylim=(-2, height - 2))
        axes.set_axis_off()
    plt.close(figure)
    return figure


def _stack(axes, left, floor, role, shape, marked):
    """Draw planes from the last to the first, with what is marked of each; return where the next stack begins."""
    (count, rows, columns), colours, mark = shape, palette()[role], palette()["kernel"]
    for index in reversed(range(count)):
        x, y = left + _LEAN * index, floor + _LEAN * index
        first_row, first_column, high, wide = marked.get(index, (0, 0, 0, 0))
        for row, column in product(range(rows), range(columns)):
            seen = 0 <= row - first_row < high and 0 <= column - first_column < wide
            face = colours["line"] if seen and role == "output" else (mark if seen else colours)["fill"]
            corner = (x + column, y + rows - 1 - row)
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=colours["line"], lw=0.7))
        if index in marked:
            corner = (x + first_column, y + rows - first_row - high)
            axes.add_patch(Rectangle(corner, wide, high, fill=False, edgecolor=mark["line"], lw=1.8))
    return left + columns + _LEAN * (count - 1) + _GAP
