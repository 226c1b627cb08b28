"""How large is the output? Of a convolution or pooling, of a transposed convolution, and with 'same' padding."""

from typing import overload

from .._types import Pad, Size
from ._axes import Padding, axes
from .geometry import Geometry


@overload
def output_size(
    size: int, kernel: int,
    *, stride: int = 1, padding: int | tuple[int, int] = 0, dilation: int = 1, ceil_mode: bool = False,
) -> int: ...  # fmt: skip
@overload
def output_size(
    size: Size, kernel: Size, *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, ceil_mode: bool = False
) -> tuple[int, ...]: ...
def output_size(
    size: Size, kernel: Size, *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, ceil_mode: bool = False
) -> Size:
    """Number of positions at which a kernel fits: the output size of a convolution or pooling.

    The kernel spans ``span = dilation * (kernel - 1) + 1`` pixels. It starts at 0, stride, 2 stride, ... and must stay
    inside the padded input: ``floor((size + before + after - span) / stride) + 1`` positions, with `before` and `after`
    pixels of padding.

    Parameters
    ----------
    size, kernel : int or tuple of int
        Input and kernel size, in pixels.
    stride, dilation : int or tuple of int
        Step of the kernel; step between the kernel's taps (1 means none left out).
    padding : int, Padding, or tuple with an entry an axis
        Pixels added on each side, or (before, after): see :class:`Padding`.
    ceil_mode : bool
        Round up: a last window may hang over the end, as long as it starts inside the input or the padding before it.
        So may an only window, of a pooling whose kernel is larger than its input.

    Returns
    -------
    int or tuple of int
        A tuple where any option has one entry an axis.

    Raises
    ------
    TypeError, ValueError
        For anything but integers, for values too small, and for a kernel that does not fit.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 6.

    Examples
    --------
    Five rows, seven columns, a kernel of three rows and two columns:

    >>> output_size((5, 7), (3, 2))
    (3, 6)
    >>> output_size(7, 3, stride=2), output_size(8, 3, stride=2)      # the last pixel of 8 is never seen
    (3, 3)
    >>> output_size(8, 3, stride=2, ceil_mode=True)
    4
    >>> output_size(384, 7, stride=2, padding=same_padding(384, 7, stride=2))
    192
    """
    return Geometry(size, kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode).output


@overload
def transposed_output_size(
    size: int, kernel: int,
    *, stride: int = 1, padding: int | tuple[int, int] = 0, output_padding: int = 0, dilation: int = 1,
) -> int: ...  # fmt: skip
@overload
def transposed_output_size(
    size: Size, kernel: Size, *, stride: Size = 1, padding: Pad = 0, output_padding: Size = 0, dilation: Size = 1
) -> tuple[int, ...]: ...
def transposed_output_size(
    size: Size, kernel: Size, *, stride: Size = 1, padding: Pad = 0, output_padding: Size = 0, dilation: Size = 1
) -> Size:
    """Output size of a transposed convolution: the input size that a convolution would have come from.

    Each input pixel is spread over ``span = dilation * (kernel - 1) + 1`` output pixels, `stride` apart; `padding`
    pixels are cut off at each side: ``(size - 1) * stride + span - before - after + output_padding``.

    Parameters
    ----------
    size, kernel, stride, padding, dilation : int or tuple of int
        As in :func:`output_size`; `padding` is that of the convolution which is transposed, so here it removes pixels.
    output_padding : int or tuple of int
        Extra pixels at the end: with a stride above 1, several input sizes share one output size, and this tells
        them apart. Smaller than stride or dilation.

    Returns
    -------
    int or tuple of int
        A tuple where any option has one entry an axis.

    Raises
    ------
    TypeError, ValueError
        For anything but integers, for values out of range, and where `padding` leaves nothing of the output.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 14.

    Examples
    --------
    >>> transposed_output_size((5, 7), (3, 2), stride=2)
    (11, 14)
    >>> output_size((11, 14), (3, 2), stride=2)                        # and back
    (5, 7)
    """
    entries, is_tuple = axes(
        size=size, kernel=kernel, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation,
    )  # fmt: skip
    sizes = tuple(map(_spread, *entries))
    return sizes if is_tuple else sizes[0]


def _spread(size, kernel, stride, padding, output_padding, dilation):
    limit = max(stride, dilation)
    if output_padding >= limit:
        raise ValueError(
            f"output_padding {output_padding} is too large: "
            f"use less than stride {stride} or dilation {dilation}, so at most {limit - 1}"
        )
    full, (before, after) = (size - 1) * stride + dilation * (kernel - 1) + 1 + output_padding, padding
    left = full - before - after
    if left < 1:
        sides = f"2 x {before}" if before == after else f"{before} - {after}"
        told, remedy = (before, f"padding <= {(full - 1) // 2}") if before == after else (tuple(padding), "less of it")
        raise ValueError(f"padding {told} leaves nothing of output {full} ({full} - {sides} = {left}): use {remedy}")
    return left


@overload
def same_padding(size: int, kernel: int, *, stride: int = 1, dilation: int = 1) -> Padding: ...
@overload
def same_padding(size: Size, kernel: Size, *, stride: Size = 1, dilation: Size = 1) -> tuple[Padding, ...]: ...
def same_padding(size: Size, kernel: Size, *, stride: Size = 1, dilation: Size = 1) -> Padding | tuple[Padding, ...]:
    """Padding (before, after) that makes the output ``ceil(size / stride)`` pixels: 'same' padding.

    The total is ``max(0, (ceil(size / stride) - 1) * stride + span - size)``, with
    ``span = dilation * (kernel - 1) + 1``. Where it is odd, the extra pixel goes after, as in TensorFlow and in ONNX's
    SAME_UPPER.

    Parameters
    ----------
    size, kernel, stride, dilation : int or tuple of int
        As in :func:`output_size`.

    Returns
    -------
    Padding
        Pixels to add, (before, after); where any option is a tuple, a tuple of them, one an axis. Everything in this
        package that takes `padding` takes this as it is.

    Raises
    ------
    TypeError, ValueError
        For anything but positive integers.

    References
    ----------
    TensorFlow, "Notes on padding combination operations" (the guide to ``tf.nn``).

    Examples
    --------
    >>> same_padding((5, 7), (3, 2))
    (Padding(before=1, after=1), Padding(before=0, after=1))
    >>> before, after = same_padding(8, 3, stride=2)
    >>> before, after
    (0, 1)
    """
    entries, is_tuple = axes(size=size, kernel=kernel, stride=stride, dilation=dilation)
    pairs = tuple(map(_same, *entries))
    return pairs if is_tuple else pairs[0]


def _same(size, kernel, stride, dilation):
    out = -(-size // stride)  # ceil
    total = max(0, (out - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return Padding(total // 2, total - total // 2)
