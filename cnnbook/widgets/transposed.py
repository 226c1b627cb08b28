"""The transposed stepper: one transposed convolution, as stamps that add up and as a convolution on inserted zeros."""

from __future__ import annotations

from typing import Any

import traitlets

from .._types import ArrayLike, NDArray
from ._explorer import Explorer, Whole, refusing, within
from ._printed import printed, written
from ._traits import Numbers, OneOf

INPUT = KERNEL = ((1, 1, 1),) * 3  # all ones, and yet the output is a checkerboard
_OPTIONS = ("stride", "padding", "output_padding")
_SETTINGS = ("input", "kernel", *_OPTIONS)


class TransposedStepper(Explorer):
    """How does a transposed convolution make its output?

    It is shown in two ways, side by side. By stamps: each input number times the kernel is added to the output,
    `stride` cells from its neighbour's stamp, and `padding` cuts off the rim. With zeros inserted: the input gets zeros
    between its numbers and around them, and an ordinary convolution with the flipped kernel follows. Pointing at a
    cell lights what it is made of, or where it goes. It can be stepped and played, and the numbers can be typed. In a
    live notebook the traits follow.

    Parameters
    ----------
    input, kernel : matrix of numbers, optional
        Up to 4 x 4, as an array or a list of rows.
    stride : int
        Distance between the stamps of neighbouring input numbers, up to 3.
    padding : int
        Cells cut off at each side, less than the kernel.
    output_padding : int
        Cells added at the end, less than the stride.
    view : str
        What `row` and `column` count in: "zeros", output cells, of which the stamps that meet there and the window are
        shown, or "scatter", input cells, of which the stamp is shown.
    row, column : int, optional
        The cell that is shown. Default: 2, or the last one.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, for a padding that leaves nothing, and for places outside the view's grid.

    Examples
    --------
    >>> stepper = TransposedStepper([[1, 2], [0, 3]], [[1, 1, 1], [1, 2, 1]], row=0, column=0)    # stride 2
    >>> stepper.output
    array([[1., 1., 3., 2., 2.],
           [1., 2., 3., 4., 2.],
           [0., 0., 3., 3., 3.],
           [0., 0., 3., 6., 3.]])
    >>> stepper.overlaps[0]                             # two stamps meet in the middle column: 3 is no multiple of 2
    array([1, 1, 2, 1, 1])
    >>> stepper.padding = 1
    >>> stepper.output_size
    (2, 3)
    >>> stepper.padding = 2
    Traceback (most recent call last):
    cnnbook.widgets._explorer.SettingError: padding 2 is too large for kernel 2: use padding < 2 or a larger kernel
    """

    settings = (*_SETTINGS, "view", "row", "column")

    input = Numbers(INPUT, 4)
    kernel = Numbers(KERNEL, 4)
    stride = Whole(2, 1, 3)
    padding = Whole(0, 0, 3)
    output_padding = Whole(0, 0, 2)
    view = OneOf("zeros", ("scatter", "zeros"))
    row = Whole(2, 0)
    column = Whole(2, 0)

    def __init__(
        self, input: ArrayLike = INPUT, kernel: ArrayLike = KERNEL,
        *, stride: int = 2, padding: int = 0, output_padding: int = 0, view: str = "zeros", row: int | None = None,
        column: int | None = None, language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            input=input, kernel=kernel, stride=stride, padding=padding, output_padding=output_padding, view=view,
            language=language,
        )  # fmt: skip
        rows, columns = self._places
        self.row = min(2, rows - 1) if row is None else row
        self.column = min(2, columns - 1) if column is None else column

    @property
    def output(self) -> NDArray[Any]:
        """Output of the transposed convolution, an ndarray of shape (H_out, W_out)."""
        return self._spread(self.input, self.kernel)

    @property
    def overlaps(self) -> NDArray[Any]:
        """How many stamps meet in each output cell, an ndarray of int of shape (H_out, W_out)."""
        x, kernel = ([[1] * len(grid[0])] * len(grid) for grid in (self.input, self.kernel))
        return self._spread(x, kernel).astype(int)

    @property
    def output_size(self) -> tuple[int, ...]:
        """Rows and columns of the output."""
        return _size(self.input, self.kernel, **self._options)

    @property
    def _options(self):
        return {name: getattr(self, name) for name in _OPTIONS}

    def _spread(self, x, kernel):
        import numpy as np

        from ..functional import conv_transpose2d

        x, kernel = (np.array(grid, float)[None, None] for grid in (x, kernel))
        return conv_transpose2d(x, kernel, **self._options)[0, 0]

    @property
    def _places(self):
        """Rows and columns of the grid that `row` and `column` count in."""
        return (len(self.input), len(self.input[0])) if self.view == "scatter" else self.output_size

    @traitlets.validate(*_SETTINGS)
    def _fits(self, proposal):
        now = {name: getattr(self, name) for name in _SETTINGS} | {proposal["trait"].name: proposal["value"]}
        with refusing():
            _size(**now)
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        grid = "input" if self.view == "scatter" else "output"
        return within(self._places[proposal["trait"].name == "column"], proposal, grid)

    @traitlets.observe(*_SETTINGS, "view")
    def _keep_frame(self, change):
        rows, columns = self._places
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)

    def summary(self) -> str:
        (kH, kW), (i, j) = _shape(self.kernel), (self.row, self.column)
        if self.view == "scatter":
            corner = (i * self.stride - self.padding, j * self.stride - self.padding)
            told = dict(zip(("top", "left"), map(written, corner), strict=True))
            told["value"] = written(self.input[i][j], 4)
        else:
            taps = self._terms(i + self.padding, j + self.padding)
            told = {"sum": _equation(taps), "counted": len(taps), "zeros": kH * kW - len(taps)}
        return self._words[f"result_{self.view}"].format(row=i, column=j, **told)

    def _terms(self, y, x):
        """Input numbers and weights that meet in a cell of the output, the rim included."""
        (H, W), (kH, kW) = _shape(self.input), _shape(self.kernel)
        found = ((i, j, y - i * self.stride, x - j * self.stride) for i in range(H) for j in range(W))
        return [(self.input[i][j], self.kernel[r][c]) for i, j, r, c in found if 0 <= r < kH and 0 <= c < kW]


def _size(input, kernel, stride, padding, output_padding):
    """Output size; refuses a padding that the input with zeros could not show, and whatever leaves nothing."""
    from ..arithmetic import transposed_output_size

    span = min(_shape(kernel))
    if padding >= span:
        raise ValueError(f"padding {padding} is too large for kernel {span}: use padding < {span} or a larger kernel")
    options = {"stride": stride, "padding": padding, "output_padding": output_padding}
    return transposed_output_size(_shape(input), _shape(kernel), **options)


def _shape(grid):
    return len(grid), len(grid[0])


def _equation(taps):
    """A sum of products and its value, true as printed."""
    terms, sign, value = printed([number for tap in taps for number in tap], _total)
    return f"{' + '.join(map(' · '.join, _pairs(terms))) or '0'} {sign} {value}"


def _total(*numbers):
    return sum(value * weight for value, weight in _pairs(numbers))


def _pairs(numbers):
    return zip(numbers[::2], numbers[1::2], strict=True)
