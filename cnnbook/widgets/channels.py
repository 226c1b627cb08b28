"""The channels explorer: which part of the input volume one output number sees, with and without groups."""

import traitlets

from ..arithmetic import conv_macs, conv_parameters, output_size
from ._explorer import Explorer, Whole, refusing, within

_NAMES = ("c_in", "c_out", "kernel", "groups")
_SIZE = 6  # rows and columns of the input


class ChannelsExplorer(Explorer):
    """Which input numbers does one output number see, and how many weights does that take?

    It draws the channels of an input of 6 x 6 and those of the output as planes, the filter of the chosen output
    channel between them, a line from each input channel to each output channel that sees it, and these lines as a
    matrix. Stride 1, no padding, no bias. In a live notebook the traits follow the mouse.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels, up to 8.
    kernel : int
        Kernel size, up to 5; 1 is a pointwise convolution.
    groups : int
        Divides the channels into groups that do not see each other; ``groups=c_in`` is a depthwise convolution.
    channel, row, column : int
        The output number that is shown.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but integers, for values out of range, and for groups that do not divide the channels.

    Examples
    --------
    >>> explorer = ChannelsExplorer(4, 6, 3, groups=2, channel=5, row=1)
    >>> explorer.weights, explorer.macs                 # 6 filters of 2 x 3 x 3, at 4 x 4 places
    (108, 1728)
    >>> explorer.seen                                   # x[explorer.seen] is the part of the input that it sees
    (slice(2, 4, None), slice(1, 4, None), slice(0, 3, None))
    >>> explorer.groups = 4
    Traceback (most recent call last):
    cnnbook.widgets._explorer.SettingError: groups 4 does not divide c_out 6: use a divisor of 6
    >>> explorer
    ChannelsExplorer(c_in=4, c_out=6, kernel=3, groups=2, channel=5, row=1, column=0)
    """

    settings = (*_NAMES, "channel", "row", "column")

    c_in = Whole(4, 1, 8)
    c_out = Whole(6, 1, 8)
    kernel = Whole(3, 1, 5)
    groups = Whole(1, 1, 8)
    channel = Whole(0, 0)
    row = Whole(0, 0)
    column = Whole(0, 0)

    def __init__(
        self, c_in: int = 4, c_out: int = 6, kernel: int = 3,
        *, groups: int = 1, channel: int = 0, row: int = 0, column: int = 0, language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            c_in=c_in, c_out=c_out, kernel=kernel, groups=groups, channel=channel, row=row, column=column,
            language=language,
        )  # fmt: skip

    @property
    def output_size(self) -> int:
        """Rows, and columns, of the output."""
        return output_size(_SIZE, self.kernel)

    @property
    def weights(self) -> int:
        """Learned numbers, without biases."""
        return conv_parameters(self.c_in, self.c_out, self.kernel, groups=self.groups, bias=False)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the whole output."""
        return conv_macs(self.c_in, self.c_out, self.kernel, self.output_size, groups=self.groups)

    @property
    def seen(self) -> tuple[slice, ...]:
        """Channels, rows and columns of the input that the output number sees, as slices."""
        depth = self.c_in // self.groups
        first = self.channel // (self.c_out // self.groups) * depth
        window = (slice(start, start + self.kernel) for start in (self.row, self.column))
        return slice(first, first + depth), *window

    @traitlets.validate(*_NAMES)
    def _divides(self, proposal):
        settings = {name: getattr(self, name) for name in _NAMES} | {proposal["trait"].name: proposal["value"]}
        with refusing():
            conv_parameters(**settings)
        return proposal["value"]

    @traitlets.validate("channel", "row", "column")
    def _exists(self, proposal):
        return within(self.c_out if proposal["trait"].name == "channel" else self.output_size, proposal)

    @traitlets.observe("c_out", "kernel")
    def _keep_cell(self, change):
        self.channel = min(self.channel, self.c_out - 1)
        self.row, self.column = (min(place, self.output_size - 1) for place in (self.row, self.column))

    def summary(self) -> str:
        word = self._words
        output = word["output"].format(channels=self.c_out, size=self.output_size)
        return f"{output}; {word['weights']}: {self.weights}; {word['macs']}: {self.macs}"
