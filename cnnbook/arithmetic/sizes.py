"""How large is the output? Of a convolution or pooling, of a transposed convolution, and with 'same' padding."""

from .._validate import axes


def output_size(size, kernel, *, stride=1, padding=0, dilation=1, ceil_mode=False):
    """Number of positions at which a kernel fits: the output size of a convolution or pooling.

    The kernel spans ``span = dilation * (kernel - 1) + 1`` pixels. It starts at 0, stride, 2 stride, ... and must stay
    inside the padded input: ``floor((size + 2 * padding - span) / stride) + 1`` positions.

    Parameters
    ----------
    size, kernel : int or tuple of int
        Input and kernel size, in pixels.
    stride, padding, dilation : int or tuple of int
        Step of the kernel; pixels added on each side; step between the kernel's taps (1 means none left out).
    ceil_mode : bool
        Round up: a last window may hang over the end, as long as it starts inside the input or the padding before it.

    Returns
    -------
    int or tuple of int
        A tuple where any option is one.

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
    """
    each, is_tuple = axes(
        {"size": 1, "kernel": 1, "stride": 1, "padding": 0, "dilation": 1},
        size=size, kernel=kernel, stride=stride, padding=padding, dilation=dilation,
    )  # fmt: skip
    sizes = tuple(_positions(ceil_mode=ceil_mode, **axis) for axis in each)
    return sizes if is_tuple else sizes[0]


def _positions(size, kernel, stride, padding, dilation, ceil_mode):
    span, padded = dilation * (kernel - 1) + 1, size + 2 * padding
    if span > padded:
        dilated = f"kernel {kernel}" if dilation == 1 else f"kernel {kernel} with dilation {dilation} spans {span} and"
        needed = -(-(span - size) // 2)
        remedy = "a smaller kernel" if dilation == 1 else "a smaller kernel or dilation"
        raise ValueError(
            f"{dilated} does not fit in padded input {padded} (size {size} + 2 x {padding}): "
            f"use padding >= {needed} or {remedy}"
        )
    room = padded - span  # how far the kernel can move
    if not ceil_mode:
        return room // stride + 1
    steps = -(-room // stride)
    return steps + 1 if steps * stride < size + padding else steps


def transposed_output_size(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Output size of a transposed convolution: the input size that a convolution would have come from.

    Each input pixel is spread over ``span = dilation * (kernel - 1) + 1`` output pixels, `stride` apart; `padding`
    pixels are cut off at each side: ``(size - 1) * stride + span - 2 * padding + output_padding``.

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
        A tuple where any option is one.

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
    each, is_tuple = axes(
        {"size": 1, "kernel": 1, "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1},
        size=size, kernel=kernel, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation,
    )  # fmt: skip
    sizes = tuple(_spread(**axis) for axis in each)
    return sizes if is_tuple else sizes[0]


def _spread(size, kernel, stride, padding, output_padding, dilation):
    limit = max(stride, dilation)
    if output_padding >= limit:
        raise ValueError(
            f"output_padding {output_padding} is too large: "
            f"use less than stride {stride} or dilation {dilation}, so at most {limit - 1}"
        )
    full = (size - 1) * stride + dilation * (kernel - 1) + 1 + output_padding
    if full <= 2 * padding:
        raise ValueError(
            f"padding {padding} leaves nothing of output {full} ({full} - 2 x {padding} = {full - 2 * padding}): "
            f"use padding <= {(full - 1) // 2}"
        )
    return full - 2 * padding


def same_padding(size, kernel, *, stride=1, dilation=1):
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
    (before, after) : tuple of int
        Pixels to add before and after; where any option is a tuple, a tuple of such pairs, one an axis.

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
    ((1, 1), (0, 1))
    >>> same_padding(7, 3, stride=2)
    (1, 1)
    """
    each, is_tuple = axes(
        {"size": 1, "kernel": 1, "stride": 1, "dilation": 1},
        size=size, kernel=kernel, stride=stride, dilation=dilation,
    )  # fmt: skip
    pairs = tuple(_same(**axis) for axis in each)
    return pairs if is_tuple else pairs[0]


def _same(size, kernel, stride, dilation):
    out = -(-size // stride)  # ceil
    total = max(0, (out - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return total // 2, total - total // 2
