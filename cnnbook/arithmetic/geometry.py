"""How a kernel slides over an input: the settings that a convolution and a pooling share, checked once."""

from dataclasses import KW_ONLY, InitVar, dataclass, field

from .._types import Pad, Size
from .._validate import flag, integer
from ._axes import axes

_PER_AXIS = ("size", "kernel", "stride", "padding", "dilation", "output")


@dataclass(frozen=True)
class Geometry:
    """A sliding window: how large it is, where it stops, and how often.

    Plain integers describe one axis. With a tuple among them all fields, but `groups`, are tuples with one entry an
    axis, usually (H, W).

    Parameters
    ----------
    size, kernel : int or tuple of int
        Input and kernel size, in pixels.
    stride, dilation : int or tuple of int
        Step of the kernel; step between the kernel's taps (1 means none left out).
    padding : int, Padding, or tuple with an entry an axis
        Pixels added on each side, see :class:`Padding`; kept as one `Padding` an axis.
    groups : int
        Groups of channels that do not see each other. It says nothing about the window, and belongs to the layer.
    ceil_mode : bool
        Round up: a last window may hang over the end, as long as it starts inside the input or the padding before it.

    Attributes
    ----------
    output : int or tuple of int
        Number of windows: the output size.

    Raises
    ------
    TypeError, ValueError
        For anything but integers, for values too small, and for a kernel that does not fit.

    Examples
    --------
    Five rows, seven columns, a kernel of three rows and two columns:

    >>> window = Geometry((5, 7), (3, 2), stride=2, padding=((1, 1), (0, 1)))
    >>> window.output
    (3, 4)
    >>> window.padded
    (7, 8)
    >>> Geometry(7, 3, dilation=2).span
    5
    """

    size: Size
    kernel: Size
    _: KW_ONLY
    stride: Size = 1
    padding: Pad = 0
    dilation: Size = 1
    groups: int = 1
    ceil_mode: InitVar[bool] = False
    output: Size = field(init=False)

    def __post_init__(self, ceil_mode):
        entries, is_tuple = axes(
            size=self.size, kernel=self.kernel, stride=self.stride, padding=self.padding, dilation=self.dilation
        )
        up = flag("ceil_mode", ceil_mode)
        entries.append(tuple(_positions(*axis, up) for axis in zip(*entries, strict=True)))
        checked = zip(_PER_AXIS, entries if is_tuple else (value for (value,) in entries), strict=True)
        vars(self).update(checked, groups=integer("groups", self.groups, 1))  # the way into a frozen dataclass

    @property
    def span(self) -> Size:
        """Pixels from the first to the last tap of the kernel, both included."""
        return self._each(_span, self.kernel, self.dilation)

    @property
    def padded(self) -> Size:
        """Size of the input with its padding."""
        return self._each(lambda size, padding: size + sum(padding), self.size, self.padding)

    def _each(self, function, *fields):
        return tuple(map(function, *fields)) if isinstance(self.size, tuple) else function(*fields)


def _span(kernel, dilation):
    return dilation * (kernel - 1) + 1


def _positions(size, kernel, stride, padding, dilation, ceil_mode):
    room = size + sum(padding) - _span(kernel, dilation)  # how far the kernel can move
    if room <= (-stride if ceil_mode else -1):  # rounded up, a first window may hang over by less than a stride
        raise ValueError(_does_not_fit(size, kernel, padding, dilation))
    if not ceil_mode:
        return room // stride + 1
    steps = -(-room // stride)
    return steps + 1 if steps * stride < size + padding.before else steps


def _does_not_fit(size, kernel, padding, dilation):
    span, (before, after) = _span(kernel, dilation), padding
    dilated = f"kernel {kernel}" if dilation == 1 else f"kernel {kernel} with dilation {dilation} spans {span} and"
    sides = f"2 x {before}" if before == after else f"{before} + {after}"
    needed = f"padding >= {-(-(span - size) // 2)}" if before == after else f"{span - size} pixels of padding"
    return (
        f"{dilated} does not fit in padded input {size + before + after} (size {size} + {sides}): "
        f"use {needed} or a smaller kernel{'' if dilation == 1 else ' or dilation'}"
    )
