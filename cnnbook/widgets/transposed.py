"""The transposed stepper: one transposed convolution, as stamps that add up and as a convolution on inserted zeros."""

import traitlets

from ._bundle import module_text, style_text, words
from ._explorer import Explorer, Whole, refusing, within
from ._traits import Numbers, OneOf

INPUT = ((1, 2, 0), (3, 1, 2), (0, 2, 4))
KERNEL = ((1, 2, 1), (0, 3, 2), (1, 0, 1))
_OPTIONS = ("stride", "padding", "output_padding")
_SETTINGS = ("input", "kernel", *_OPTIONS)


class TransposedStepper(Explorer):
    """How does a transposed convolution make its output?

    There are two views of the same output. As stamps: each input number times the kernel is added to the output,
    `stride` cells from its neighbour's stamp, and `padding` cuts off the rim. With zeros inserted: the input gets zeros
    between its numbers and around them, and an ordinary convolution with the flipped kernel follows. The frame can be
    dragged, stepped and played, and the numbers can be typed. In a live notebook the traits follow.

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
        "scatter" (stamps) or "zeros" (zeros inserted).
    row, column : int
        The input cell whose stamp is shown; with zeros inserted, the output cell whose window is shown.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, for a padding that leaves nothing, and for places outside the view's grid.

    Examples
    --------
    >>> stepper = TransposedStepper([[1, 2], [0, 3]], [[1, 1, 1], [1, 2, 1]], padding=0)    # stride 2
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

    _esm = module_text("transposed")
    _css = style_text("transposed")
    settings = (*_SETTINGS, "view", "row", "column")

    input = Numbers(INPUT, 4)
    kernel = Numbers(KERNEL, 4)
    stride = Whole(2, 1, 3)
    padding = Whole(1, 0, 3)
    output_padding = Whole(0, 0, 2)
    view = OneOf("scatter", ("scatter", "zeros"))
    row = Whole(0, 0)
    column = Whole(0, 0)

    def __init__(
        self, input=INPUT, kernel=KERNEL, *, stride=2, padding=1, output_padding=0, view="scatter", row=0, column=0,
        language=None,
    ):  # fmt: skip
        words("transposed", language)  # refuses a language without words
        super().__init__(
            input=input, kernel=kernel, stride=stride, padding=padding, output_padding=output_padding, view=view,
            row=row, column=column, language=language,
        )  # fmt: skip

    @property
    def output(self):
        """Output of the transposed convolution, an ndarray of shape (H_out, W_out)."""
        return self._spread(self.input, self.kernel)

    @property
    def overlaps(self):
        """How many stamps meet in each output cell, an ndarray of int of shape (H_out, W_out)."""
        x, kernel = ([[1] * len(grid[0])] * len(grid) for grid in (self.input, self.kernel))
        return self._spread(x, kernel).astype(int)

    @property
    def output_size(self):
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

    def summary(self):
        (kH, kW), (i, j), told = _shape(self.kernel), (self.row, self.column), {}
        if self.view == "scatter":
            value, corner = self.input[i][j], (i * self.stride - self.padding, j * self.stride - self.padding)
            told = dict(zip(("top", "left"), map(_written, corner), strict=True))
        else:
            taps = self._terms(i + self.padding, j + self.padding)
            total = " + ".join(f"{_written(value)} · {_written(weight)}" for value, weight in taps)
            value = self.output[i, j]
            told = {"sum": total or "0", "counted": len(taps), "zeros": kH * kW - len(taps)}
        word = words("transposed", self.language)[f"result_{self.view}"]
        return word.format(row=i, column=j, value=_written(value), **told)

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


def _written(value):
    return f"{round(float(value), 2) + 0.0:.10g}".replace("-", "−")
