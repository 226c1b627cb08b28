"""The dilated explorer: which input pixels reach one output pixel through a stack of dilated 3x3 layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from .._types import NDArray
from .._validate import integer
from ..arithmetic import ReceptiveField, receptive_field
from ._explorer import Explorer, SettingError, Whole, refusing, within

_MOST_LAYERS, _MOST_DILATION = 4, 4


class Dilations(traitlets.TraitType):
    """The dilation of each layer, the first layer first; kept as a tuple, which nobody can change."""

    def validate(self, obj, value):
        if not isinstance(value, list | tuple):
            raise TypeError(f"{self.name} must be a list, got {value!r} ({type(value).__name__}): use one int a layer")
        if not 1 <= len(value) <= _MOST_LAYERS:
            raise SettingError(f"{self.name} has {len(value)} layers: use 1 to {_MOST_LAYERS}")
        with refusing():
            checked = tuple(integer("dilation", dilation, 1) for dilation in value)
        if max(checked) > _MOST_DILATION:
            raise SettingError(f"dilation {max(checked)} is too large to draw: use dilation <= {_MOST_DILATION}")
        return checked


class DilatedExplorer(Explorer):
    """Which input pixels reach an output pixel through a stack of dilated 3x3 convolutions, and in how many ways?

    All layers have stride 1 and are padded by their dilation, so that they keep the size. Gridding: a pixel that no way
    leads from has no influence on the output. Kernels can be pulled apart in the picture, the output pixel can be
    dragged, and the ways from a pixel pointed at are drawn. In a live notebook the traits follow.

    Parameters
    ----------
    dilations : list of int
        One dilation a layer, the first layer first: up to 4 layers, dilations from 1 to 4.
    size : int
        Rows, and columns, of the input: 9 to 33.
    row, column : int, optional
        The output pixel. Default: the one in the middle.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, and for a pixel outside the output.

    Examples
    --------
    >>> explorer = DilatedExplorer([1, 2, 4])
    >>> explorer.field.size                             # as in the figure of Yu and Koltun, 2016: 3, 7, 15
    15
    >>> int((explorer.ways > 0).sum())                  # 15 x 15: none is left out
    225
    >>> explorer.dilations = [2, 2]
    >>> explorer.ways[9, 5:14]                          # every second pixel is never seen
    array([3, 0, 6, 0, 9, 0, 6, 0, 3])
    >>> explorer.column = 0                             # at the border, ways through the padding end
    >>> explorer.ways[9, :5]
    array([6, 0, 6, 0, 3])
    """

    settings = ("dilations", "size", "row", "column")

    dilations = Dilations((1, 2, 4)).tag(sync=True)
    size = Whole(19, 9, 33)
    row = Whole(9, 0)
    column = Whole(9, 0)

    def __init__(
        self, dilations: Sequence[int] = (1, 2, 4), size: int = 19,
        *, row: int | None = None, column: int | None = None, language: str | None = None,
    ) -> None:  # fmt: skip
        size = self.class_traits()["size"].validate(self, size)
        row, column = ((size - 1) // 2 if place is None else place for place in (row, column))
        super().__init__(dilations=dilations, size=size, row=row, column=column, language=language)

    @property
    def field(self) -> ReceptiveField:
        """Receptive field of the stack, a :class:`cnnbook.arithmetic.ReceptiveField`."""
        return receptive_field([(3, 1, dilation, dilation) for dilation in self.dilations])

    @property
    def ways(self) -> NDArray[Any]:
        """Ways from each input pixel to the output pixel, an ndarray of int of shape (size, size).

        This is the gradient of the output pixel with respect to the input, where all weights are 1.
        """
        import numpy as np

        from ..functional import conv2d_backward

        gradient, weight = np.zeros((1, 1, self.size, self.size)), np.ones((1, 1, 3, 3))
        x = gradient.copy()  # any will do: the layers are linear
        gradient[0, 0, self.row, self.column] = 1
        for dilation in reversed(self.dilations):
            gradient = conv2d_backward(gradient, x, weight, padding=dilation, dilation=dilation)[0]
        return gradient[0, 0].astype(int)

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        return within(self.size, proposal)

    @traitlets.observe("size")
    def _keep_pixel(self, change):
        self.row, self.column = min(self.row, self.size - 1), min(self.column, self.size - 1)

    @property
    def _inside(self):
        """Rows and columns of the field that lie in the input, as two ranges."""
        reach = self.field.size // 2
        return tuple(range(max(at - reach, 0), min(at + reach + 1, self.size)) for at in (self.row, self.column))

    def summary(self) -> str:
        word, (rows, columns), ways = self._words, self._inside, self.ways
        found = ways[ways > 0]
        told = {
            "row": self.row, "column": self.column, "field": self.field.size, "weights": 9 * len(self.dilations),
            "seen": len(found), "all": len(rows) * len(columns), "unseen": len(rows) * len(columns) - len(found),
            "least": found.min(), "most": found.max(),
        }  # fmt: skip
        keys = (
            "result",
            "equal" if found.min() == found.max() else "unequal",
            "unseen" if told["unseen"] else "complete",
        )
        return " ".join(word[key].format(**told) for key in keys)
