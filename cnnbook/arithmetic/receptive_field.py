"""Which input pixels does a unit see, after a stack of layers?"""

from collections.abc import Iterable
from typing import NamedTuple

from .._types import Pad, Size
from .._validate import got
from ._axes import axes
from .geometry import Geometry

_OPTIONS = ("kernel", "stride", "padding", "dilation")
_DEFAULTS = (1, 0, 1)  # of all but the kernel


class ReceptiveField(NamedTuple):
    """What a unit of the last layer sees of the input: unit i sees ``range(start + i*jump, start + i*jump + size)``.

    Attributes
    ----------
    size : int or tuple of int
        Pixels from the first to the last one seen.
    jump : int or tuple of int
        Pixels between the fields of two neighbouring units.
    start : int or tuple of int
        First pixel that unit 0 sees; negative where it looks into the padding.
    """

    size: Size
    jump: Size
    start: Size

    @property
    def centre(self) -> float | tuple[float, ...]:
        """Middle of unit 0's field, in pixels; between two pixels where the size is even.

        >>> ReceptiveField(size=7, jump=2, start=-3).centre
        0.0
        """
        if isinstance(self.size, tuple):
            return tuple(start + (size - 1) / 2 for start, size in zip(self.start, self.size, strict=True))
        return self.start + (self.size - 1) / 2


def receptive_field(layers: Iterable[tuple[Size | Pad, ...] | Geometry]) -> ReceptiveField:
    """Receptive field of a stack of convolution and pooling layers, from the input up.

    A layer that sees ``span = dilation * (kernel - 1) + 1`` units of the layer below adds ``(span - 1) * jump`` pixels,
    where `jump` is the product of the strides below it.

    Parameters
    ----------
    layers : iterable of tuple or Geometry
        One ``(kernel, stride, padding, dilation)`` a layer, the first layer first. Entries left out at the end count as
        stride 1, padding 0, dilation 1. Each entry is an int, or a tuple with one entry an axis; padding is read as
        :class:`Padding` says, layer by layer.

    Returns
    -------
    ReceptiveField
        With ``size``, ``jump`` and ``start``; tuples where any entry is one. No layers: one pixel.

    Raises
    ------
    TypeError, ValueError
        For layers that are not such tuples, and for values that are not integers or too small.

    References
    ----------
    Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.

    Examples
    --------
    Three 3x3 convolutions see 7 pixels, as one 7x7 does:

    >>> receptive_field([(3, 1, 1, 1)] * 3)
    ReceptiveField(size=7, jump=1, start=-3)

    Rows and columns apart, and a stride:

    >>> receptive_field([((3, 2), 2), (3,)])
    ReceptiveField(size=(7, 6), jump=(2, 2), start=(0, 0))

    Only the padding before the input moves the first field:

    >>> receptive_field([(2, 1, (0, 1))])
    ReceptiveField(size=2, jump=1, start=0)
    """
    checked = [_layer(number, layer) for number, layer in enumerate(_in_order(layers))]
    lengths = {len(each) for each, is_tuple in checked if is_tuple}
    if len(lengths) > 1:
        raise ValueError(f"layers have different numbers of axes ({sorted(lengths)}): give each the same")
    count = max(lengths, default=1)
    stacks = [[each[axis if len(each) > 1 else 0] for each, _ in checked] for axis in range(count)]
    fields = [_compose(stack) for stack in stacks]
    return ReceptiveField(*zip(*fields, strict=True)) if lengths else ReceptiveField(*fields[0])


def _in_order(layers):
    try:
        if isinstance(layers, str | bytes | dict | set):  # no layers, or in no order
            raise TypeError
        return iter(layers)
    except TypeError:
        raise TypeError(f"layers must be a list of tuples, {got(layers)}: use one such as [(3, 1, 1, 1)]") from None


def _layer(number, layer):
    if isinstance(layer, Geometry):
        layer = layer.kernel, layer.stride, layer.padding, layer.dilation
    if not isinstance(layer, tuple | list) or not 1 <= len(layer) <= 4:
        remedy = "use a tuple (kernel, stride, padding, dilation), such as (3, 1, 1, 1)"
        raise TypeError(f"layer {number} is {layer!r}: {remedy}")
    options = dict(zip(_OPTIONS, (*layer, *_DEFAULTS[len(layer) - 1 :]), strict=True))
    try:
        entries, is_tuple = axes(**options)
    except (TypeError, ValueError) as error:
        raise type(error)(f"layer {number}: {error}") from None
    return [*zip(*entries, strict=True)], is_tuple


def _compose(stack):
    size, jump, start = 1, 1, 0
    for kernel, stride, padding, dilation in stack:
        size += dilation * (kernel - 1) * jump
        start -= padding.before * jump
        jump *= stride
    return size, jump, start
