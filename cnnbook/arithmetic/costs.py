"""What does a layer cost? Numbers to learn, and multiply-accumulates to compute."""

from math import prod

from .._types import Size
from .._validate import flag, grouped_channels
from ._axes import axes


def conv_parameters(c_in: int, c_out: int, kernel: Size, *, groups: int = 1, bias: bool = True) -> int:
    """Number of learned numbers in a convolution: weights, and one bias an output channel.

    Parameters
    ----------
    c_in, c_out : int
        Input and output channels.
    kernel : int or tuple of int
        Kernel size; an integer means a square kernel. A 1-D kernel is ``(k,)``.
    groups : int
        Divides the channels into groups that do not see each other.
    bias : bool
        Whether each output channel adds a learned number.

    Returns
    -------
    int
        ``c_out * (c_in / groups) * kH * kW + c_out``, the last term only with a bias.

    Raises
    ------
    TypeError, ValueError
        For anything but positive integers, and for groups that do not divide the channels.

    Examples
    --------
    >>> conv_parameters(3, 4, (3, 2))                 # 4 filters of 3 x 3 x 2 weights, 4 biases
    76
    >>> conv_parameters(3, 96, 11, bias=False)        # AlexNet's first layer: the "35K" of the notes
    34848
    """
    c_in, c_out, groups = grouped_channels(c_in, c_out, groups)
    return c_out * (c_in // groups) * prod(_square("kernel", kernel)) + (c_out if flag("bias", bias) else 0)


def conv_macs(c_in: int, c_out: int, kernel: Size, output: Size, *, groups: int = 1) -> int:
    """Multiply-accumulates of a convolution on one image. Twice this is its FLOPs. The bias is not counted.

    Parameters
    ----------
    c_in, c_out, kernel, groups
        As in :func:`conv_parameters`.
    output : int or tuple of int
        Output size, not input size; an integer means a square output.

    Returns
    -------
    int
        ``H_out * W_out * c_out * (c_in / groups) * kH * kW``.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv_parameters`, and where kernel and output have different numbers of axes.

    Examples
    --------
    >>> conv_macs(3, 4, (3, 2), (3, 6))               # 18 positions, 72 weights each
    1296
    """
    kernel, output = _square("kernel", kernel), _square("output", output)
    if len(kernel) != len(output):
        raise ValueError(f"kernel {kernel} and output {output} have different numbers of axes: give each the same")
    return conv_parameters(c_in, c_out, kernel, groups=groups, bias=False) * prod(output)


def _square(name, value):
    (sizes,), is_tuple = axes(**{name: value})
    return sizes if is_tuple else sizes * 2
