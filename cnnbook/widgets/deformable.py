"""The deformable sampler: points to drag off the grid, what they read between the pixels, and their gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from .._types import ArrayLike, NDArray
from ..functional import deform_conv2d, deform_conv2d_backward
from ._explorer import Explorer, Flag, SettingError, Whole, within
from ._printed import told
from ._traits import Numbers

# A tilted bar, and a kernel for vertical ones: it finds this bar once its points are turned.
INPUT = (
    (0, 0, 0, 0, 1, 6, 2),
    (0, 0, 0, 1, 7, 8, 1),
    (0, 0, 1, 7, 9, 3, 0),
    (0, 1, 7, 9, 4, 0, 0),
    (0, 6, 9, 4, 0, 0, 0),
    (2, 8, 5, 0, 0, 0, 0),
    (1, 3, 1, 0, 0, 0, 0),
)
WEIGHT = ((-1, 2, -1),) * 3
TURNED = (
    (-0.4, 1), (0.3, 0.7), (1, 0.4),
    (-0.7, 0.3), (0, 0), (0.7, -0.3),
    (-1, -0.4), (-0.3, -0.7), (0.4, -1),
)  # fmt: skip
# One point moved, to where all is 0: a step along the gradient does not move it.
ALONE = tuple((1.3, 1.4) if tap == 7 else (0, 0) for tap in range(9))
REACH = 2  # of an offset


class DeformableSampler(Explorer):
    """What does a deformable convolution read where its offsets point, and how does an offset learn?

    One output number of a 3x3 kernel: nine points, which can be dragged, and which step along the gradient of the
    output with respect to their offsets. One of them is shown first. In a live notebook the traits follow.

    Parameters
    ----------
    input : matrix of numbers, optional
        From 3 x 3 to 8 x 8, as an array or a list of rows. Outside of it there are zeros.
    weight : matrix of numbers, optional
        The kernel, 3 x 3.
    offsets : sequence of pairs of float, optional
        One pair for each number of the kernel, row by row: how far down to look, then how far right, each
        from -2 to 2 pixels.
    tap : int
        The point whose numbers are shown, from 0 to 8, row by row.
    row, column : int, optional
        The output cell whose window is shown. Default: the middle one.
    nine : bool
        Show all nine points, not the chosen one alone.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings.

    Examples
    --------
    In this image of five rows and seven columns a row down adds 7 and a column right adds 1:

    >>> import numpy as np
    >>> x, offsets = np.arange(35).reshape(5, 7), np.zeros((9, 2))
    >>> offsets[4] = 0.5, 0.25                          # the middle one
    >>> sampler = DeformableSampler(x, offsets=offsets, tap=4, row=0, column=0)
    >>> sampler.value                                   # at row 1.5, column 1.25, between 8, 9, 15 and 16
    11.75
    >>> sampler.shares
    array([[0.375, 0.125],
           [0.375, 0.125]])
    >>> sampler.slope
    array([7., 1.])
    >>> sampler.output                                  # 0 with all points on the grid; the middle one has weight 2
    7.5
    """

    settings = ("input", "weight", "offsets", "tap", "row", "column", "nine")

    input = Numbers(INPUT, 8)
    weight = Numbers(WEIGHT, 3)
    offsets = Numbers(ALONE, 9)
    tap = Whole(7, 0, 8)
    row = Whole(0, 0)
    column = Whole(0, 0)
    nine = Flag(False)

    def __init__(
        self, input: ArrayLike = INPUT, weight: ArrayLike = WEIGHT,
        *, offsets: ArrayLike = ALONE, tap: int = 7, row: int | None = None, column: int | None = None,
        nine: bool = False, language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(input=input, weight=weight, offsets=offsets, tap=tap, nine=nine, language=language)
        rows, columns = self._output_shape
        self.row = rows // 2 if row is None else row
        self.column = columns // 2 if column is None else column

    @property
    def output(self) -> float:
        """The output number at `row` and `column`."""
        return float(self._sample()[0] @ [weight for line in self.weight for weight in line])

    @property
    def values(self) -> NDArray[Any]:
        """What the nine points read, an ndarray of shape (3, 3)."""
        return self._sample()[0].reshape(3, 3)

    @property
    def value(self) -> float:
        """What the chosen point reads."""
        return float(self._sample()[0][self.tap])

    @property
    def slope(self) -> NDArray[Any]:
        """How `value` changes as the point moves, a pixel down and a pixel right: an ndarray of shape (2,).

        Exactly on a pixel's row or column there is a kink: it is the slope of a move down or right.
        """
        return self._sample()[1][self.tap]

    @property
    def grad_offsets(self) -> NDArray[Any]:
        """Gradient of `output` with respect to the offsets, an ndarray of shape (9, 2): each slope times its weight."""
        return self._sample()[1] * np.array(self.weight, float).reshape(9, 1)

    @property
    def place(self) -> tuple[float, float]:
        """Row and column of the image that the chosen point looks at: numbers between the pixels, or outside of it."""
        down, right = self.offsets[self.tap]
        return self.row + self.tap // 3 + down, self.column + self.tap % 3 + right

    @property
    def shares(self) -> NDArray[Any]:
        """How much of each of the four pixels around it the chosen point reads, an ndarray of shape (2, 2)."""
        down, right = np.mod(self.place, 1)
        return np.outer((1 - down, down), (1 - right, right))

    def _sample(self):
        """What the nine points read, of shape (9,), and their slopes, of shape (9, 2)."""
        rows, columns = self._output_shape
        at = ..., self.row, self.column
        x, weight = np.array(self.input, float)[None, None], np.eye(9).reshape(9, 1, 3, 3)  # a channel for each point
        offset, chosen = np.zeros((1, 18, rows, columns)), np.zeros((1, 9, rows, columns))
        offset[at] = np.ravel(self.offsets)
        chosen[at] = 1
        values = deform_conv2d(x, offset, weight)[at][0]
        return values, deform_conv2d_backward(chosen, x, offset, weight)[1][at].reshape(9, 2)

    @property
    def _output_shape(self):
        return len(self.input) - 2, len(self.input[0]) - 2

    @traitlets.validate("input")
    def _holds_a_window(self, proposal):
        H, W = len(proposal["value"]), len(proposal["value"][0])
        if min(H, W) < 3:
            raise SettingError(f"kernel 3 x 3 does not fit in input {H} x {W}: use an input of 3 x 3 or more")
        return proposal["value"]

    @traitlets.validate("weight", "offsets")
    def _is_complete(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        needed = (3, 3) if name == "weight" else (9, 2)
        if (len(value), len(value[0])) != needed:
            raise SettingError(f"{name} is {len(value)} x {len(value[0])}: use {needed[0]} x {needed[1]} numbers")
        far = [entry for line in value for entry in line if name == "offsets" and abs(entry) > REACH]
        if far:
            raise SettingError(f"offsets hold {far[0]}: use numbers from -{REACH} to {REACH}")
        return value

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        return within(self._output_shape[proposal["trait"].name == "column"], proposal)

    @traitlets.observe("input")
    def _keep_window(self, change):
        rows, columns = self._output_shape
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)

    def summary(self) -> str:
        y, x = self.place
        word = self._words["result"]
        return word.format(
            row=self.row, column=self.column, a=self.tap // 3, b=self.tap % 3, y=told(y, 3), x=told(x, 3),
            value=told(self.value, 3), output=told(self.output, 3),
        )  # fmt: skip
