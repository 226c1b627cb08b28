"""The arithmetic explorer: drag input, kernel, padding, stride and dilation; windows and formula follow."""

import traitlets

from ..arithmetic import output_size
from ._explorer import Explorer, Flag, Whole, refusing, within

_NAMES = ("size", "kernel", "stride", "padding", "dilation", "ceil_mode")


class ArithmeticExplorer(Explorer):
    """Where does a kernel fit on a padded input, and how large is the output?

    It draws a square input, so that rows and columns have the same numbers. In a live notebook the traits follow the
    mouse, and :attr:`output_size` with them.

    Parameters
    ----------
    size, kernel : int
        Input size, up to 12, and kernel size, up to 7, in pixels.
    stride, padding, dilation : int
        As in :func:`cnnbook.arithmetic.output_size`: up to 5, 3 and 3. The default stride is 2 here, so that the last
        pixel of each row and column is dropped.
    ceil_mode : bool
        Round up, as pooling can.
    row, column : int
        The output cell whose window is shown.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but integers, for values out of range, and for a kernel that does not fit.

    Examples
    --------
    >>> explorer = ArithmeticExplorer(size=8, kernel=3, stride=2)
    >>> explorer.output_size                            # the last pixel of 8 is never seen
    3
    >>> explorer.ceil_mode = True
    >>> explorer
    ArithmeticExplorer(size=8, kernel=3, stride=2, padding=0, dilation=1, ceil_mode=True, row=0, column=0)
    >>> explorer.output_size
    4
    >>> explorer.kernel = 9
    Traceback (most recent call last):
    cnnbook.widgets._explorer.SettingError: kernel 9 is too large to draw: use kernel <= 7
    """

    settings = (*_NAMES, "row", "column")

    size = Whole(8, 1, 12)
    kernel = Whole(3, 1, 7)
    stride = Whole(2, 1, 5)
    padding = Whole(0, 0, 3)
    dilation = Whole(1, 1, 3)
    ceil_mode = Flag(False)
    row = Whole(0, 0)
    column = Whole(0, 0)

    def __init__(
        self, size: int = 8, kernel: int = 3,
        *, stride: int = 2, padding: int = 0, dilation: int = 1, ceil_mode: bool = False, row: int = 0, column: int = 0,
        language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            size=size, kernel=kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode,
            row=row, column=column, language=language,
        )  # fmt: skip

    @property
    def output_size(self) -> int:
        """Rows, and columns, of the output."""
        return output_size(**{name: getattr(self, name) for name in _NAMES})

    @traitlets.validate(*_NAMES)
    def _fits(self, proposal):
        settings = {name: getattr(self, name) for name in _NAMES} | {proposal["trait"].name: proposal["value"]}
        with refusing():
            output_size(**settings)
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        with refusing():
            return within(self.output_size, proposal)

    @traitlets.observe(*_NAMES)
    def _keep_window(self, change):
        self.row, self.column = (min(place, self.output_size - 1) for place in (self.row, self.column))

    def summary(self) -> str:
        return self._words["result"].format(output=self.output_size)
