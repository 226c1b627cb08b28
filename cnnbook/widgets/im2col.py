"""The im2col explorer: a window of the input lights its row of the matrix, and a row lights its window."""

from __future__ import annotations

from typing import Any

import traitlets

from .._types import NDArray
from ..arithmetic import output_size
from ._explorer import Explorer, SettingError, Whole, refusing
from ._traits import OneOf

_NAMES = ("size", "kernel", "stride", "padding")
LAYOUTS = ("NCHW", "NHWC")


class Im2colExplorer(Explorer):
    """How does a convolution become a matrix product, and what does it cost in memory?

    The input holds the numbers 1, 2, 3, ..., so that each number tells its place: channel by channel, each in reading
    order. The matrix is that of :func:`cnnbook.functional.im2col`, whatever the memory layout; the settings at the
    start are a worked example, a tensor of 1 x 4 x 4 x 2.

    Parameters
    ----------
    size, kernel : int
        Input size, up to 5, and kernel size, up to 3, in pixels.
    stride, padding : int
        As in :func:`cnnbook.arithmetic.output_size`: up to 3 and 1.
    channels : int
        1 or 2.
    order : {"NHWC", "NCHW"}
        Order in which memory holds the axes of the input, and so the numbers of a row.
    row, column : int
        Row of the matrix, that is, the window which is shown, and the number in it.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For values out of range, and for a kernel that does not fit.

    Examples
    --------
    >>> explorer = Im2colExplorer()
    >>> explorer.input.shape, explorer.columns.shape, explorer.duplication
    ((1, 4, 4, 2), (4, 8), 1.0)
    >>> explorer.columns[0].astype(int)
    array([ 1, 17,  2, 18,  5, 21,  6, 22])
    >>> explorer.order = "NCHW"
    >>> explorer.columns[0].astype(int)
    array([ 1,  2,  5,  6, 17, 18, 21, 22])
    >>> explorer.stride = 1                             # windows overlap: nine of them, 8 numbers each, from 32
    >>> explorer.duplication
    2.25
    """

    settings = (*_NAMES, "channels", "order", "row", "column")

    size = Whole(4, 1, 5)
    kernel = Whole(2, 1, 3)
    stride = Whole(2, 1, 3)
    padding = Whole(0, 0, 1)
    channels = Whole(2, 1, 2)
    order = OneOf("NHWC", LAYOUTS)
    row = Whole(0, 0)
    column = Whole(0, 0)

    def __init__(
        self, size: int = 4, kernel: int = 2,
        *, stride: int = 2, padding: int = 0, channels: int = 2, order: str = "NHWC", row: int = 0, column: int = 0,
        language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            size=size, kernel=kernel, stride=stride, padding=padding, channels=channels, order=order,
            row=row, column=column, language=language,
        )  # fmt: skip

    @property
    def input(self) -> NDArray[Any]:
        """The input, an ndarray of shape (1, C, H, W) or, for NHWC, (1, H, W, C)."""
        import numpy as np

        shape = (1, self.channels, self.size, self.size)
        x = np.arange(1.0, self.channels * self.size**2 + 1).reshape(shape)
        return np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if self.order == "NHWC" else x

    @property
    def columns(self) -> NDArray[Any]:
        """The matrix, an ndarray of shape (H_out * W_out, C * kH * kW)."""
        from ..functional import im2col

        return im2col(self.input, self.kernel, stride=self.stride, padding=self.padding, layout=self.order)

    @property
    def weight(self) -> NDArray[Any]:
        """The weights, 1, 0, -1 in turns, an ndarray of shape (1, C, kH, kW)."""
        import numpy as np

        shape = (1, self.channels, self.kernel, self.kernel)
        return 1.0 - np.arange(self.channels * self.kernel**2).reshape(shape) % 3

    @property
    def output(self) -> NDArray[Any]:
        """The product of matrix and weights: the convolution, an ndarray of shape (H_out, W_out)."""
        weight = self.weight.transpose(0, 2, 3, 1) if self.order == "NHWC" else self.weight
        return (self.columns @ weight.ravel()).reshape(self._output_size, self._output_size)

    @property
    def duplication(self) -> float:
        """How many times as many numbers the matrix holds as the input: its price in memory."""
        return self.columns.size / self.input.size

    @property
    def _output_size(self):
        return output_size(**{name: getattr(self, name) for name in _NAMES})

    @property
    def _limits(self):
        return {"row": self._output_size**2, "column": self.channels * self.kernel**2}

    @traitlets.validate(*_NAMES)
    def _fits(self, proposal):
        settings = {name: getattr(self, name) for name in _NAMES} | {proposal["trait"].name: proposal["value"]}
        with refusing():
            output_size(**settings)
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        name, place = proposal["trait"].name, proposal["value"]
        with refusing():
            limit = self._limits[name]
        if place >= limit:
            raise SettingError(f"{name} {place} is not in the matrix with {limit} {name}s: use {name} <= {limit - 1}")
        return place

    @traitlets.observe(*_NAMES, "channels")
    def _keep_place(self, change):
        self.row, self.column = (min(getattr(self, name), limit - 1) for name, limit in self._limits.items())

    def summary(self) -> str:
        i, j = divmod(self.row, self._output_size)
        product = f"{self.output[i, j]:g}".replace("-", "−")
        return self._words["result"].format(row=self.row, i=i, j=j, product=product)
