"""The pooling explorer: move a window, see what it keeps, and which pixels its gradient goes back to."""

from __future__ import annotations

import itertools
from typing import Any

import traitlets

from .._types import ArrayLike, NDArray
from ._explorer import Explorer, Flag, Whole, refusing, within
from ._printed import told
from ._traits import Numbers, OneOf

# The first window of 2 x 2 holds its maximum twice: the gradient goes to the first one only.
INPUT = (
    (1, 3, 2, 1, 5, 0),
    (4, 4, 0, 2, 1, 3),
    (2, 7, 1, 1, 6, 2),
    (0, 1, 8, 3, 2, 2),
    (5, 2, 0, 4, 9, 1),
    (3, 6, 2, 2, 0, 7),
)
_OPTIONS = ("kernel", "stride", "padding", "ceil_mode")
_SETTINGS = ("input", *_OPTIONS)
_MOST = 8  # rows and columns of the input


class PoolingExplorer(Explorer):
    """What does pooling keep of each window, and where does the gradient go?

    The window can be dragged, and the numbers can be typed. In a live notebook the traits follow.

    Parameters
    ----------
    input : matrix of numbers, optional
        Up to 8 x 8, as an array or a list of rows.
    kernel : int
        Window size, up to 4.
    kind : str
        "max" or "average".
    stride : int, optional
        Up to 4. Default: the kernel, so that windows do not overlap.
    padding : int
        Up to 2, and at most half the kernel.
    shift : int
        Columns by which the input is moved to the right, up to 7; what leaves it comes in on the left.
    ceil_mode : bool
        Round the output size up.
    row, column : int
        The output cell whose window is shown.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, and for a kernel that does not fit.

    Examples
    --------
    >>> explorer = PoolingExplorer([[1, 2, 0, 4], [8, 3, 1, 1], [5, 8, 4, 0]], kernel=2, stride=1)
    >>> explorer.output
    array([[8., 3., 4.],
           [8., 8., 4.]])
    >>> explorer.grad_input                             # the 8 on the left is the maximum of two windows
    array([[0., 0., 0., 1.],
           [2., 1., 0., 0.],
           [0., 1., 1., 0.]])
    >>> explorer.kind = "average"
    >>> explorer.grad_input
    array([[0.25, 0.5 , 0.5 , 0.25],
           [0.5 , 1.  , 1.  , 0.5 ],
           [0.25, 0.5 , 0.5 , 0.25]])
    """


    input = Numbers(INPUT, _MOST)
    kernel = Whole(2, 1, 4)
    kind = OneOf("max", ("max", "average"))
    stride = Whole(2, 1, 4)
    padding = Whole(0, 0, 2)
    shift = Whole(0, 0, _MOST - 1)
    ceil_mode = Flag(False)
    row = Whole(0, 0)
    column = Whole(0, 0)

    def __init__(
        self, input: ArrayLike = INPUT, kernel: int = 2,
        *, kind: str = "max", stride: int | None = None, padding: int = 0, shift: int = 0, ceil_mode: bool = False,
        row: int = 0, column: int = 0, language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            input=input, kernel=kernel, kind=kind, stride=kernel if stride is None else stride, padding=padding,
            shift=shift, ceil_mode=ceil_mode, row=row, column=column, language=language,
        )  # fmt: skip

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the traits that ``repr`` shows: the shift only where there is one."""
        shift = ("shift",) if self.shift else ()
        return ("input", "kernel", "kind", "stride", "padding", *shift, "ceil_mode", "row", "column")

    @property
    def output(self) -> NDArray[Any]:
        """Output of the pooling, an ndarray of shape (H_out, W_out)."""
        return self._pool()[0]

    @property
    def grad_input(self) -> NDArray[Any]:
        """Gradient of the input, of shape (H, W), where each output has the gradient 1."""
        import numpy as np

        from .. import functional

        output, x, options = self._pool()
        backward = getattr(functional, f"{self._prefix}_pool2d_backward")
        return backward(np.ones((1, 1, *output.shape)), x, **options)[0][0, 0]

    @property
    def _prefix(self):
        return "avg" if self.kind == "average" else "max"

    def _pool(self, **changed):
        """Output, and what the pooling takes: the image and its options."""
        import numpy as np

        from .. import functional

        now = {name: changed.get(name, getattr(self, name)) for name in _SETTINGS}
        x = np.roll(np.array(now.pop("input"), float), self.shift, axis=1)[None, None]
        return getattr(functional, f"{self._prefix}_pool2d")(x, **now)[0, 0], x, now

    @traitlets.validate(*_SETTINGS)
    def _fits(self, proposal):
        with refusing():
            self._pool(**{proposal["trait"].name: proposal["value"]})
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        with refusing():
            return within(self.output.shape[proposal["trait"].name == "column"], proposal)

    @traitlets.observe(*_SETTINGS)
    def _keep_window(self, change):
        rows, columns = self.output.shape
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)

    @property
    def _receivers(self):
        """Rows and columns of the pixels that get this window's gradient, as two ranges, and the places it counts."""
        spans, count = [], 1
        for place, size in ((self.row, len(self.input)), (self.column, len(self.input[0]))):
            start = place * self.stride - self.padding
            spans.append(range(max(start, 0), min(start + self.kernel, size)))
            count *= min(start + self.kernel, size + self.padding) - start
        if self.kind == "average":
            return *spans, count
        x = self._pool()[1][0, 0]
        i, j = max(itertools.product(*spans), key=lambda at: x[at])  # max returns the first
        return range(i, i + 1), range(j, j + 1), count

    def summary(self) -> str:
        rows, columns, count = self._receivers
        share = told(1 / count) if 10_000 % count == 0 else f"1/{count}"
        return self._words[f"result_{self.kind}"].format(
            row=self.row, column=self.column, i=rows[0], j=columns[0], count=count, numbers=len(rows) * len(columns),
            value=told(self.output[self.row, self.column]), share=share,
        )  # fmt: skip
