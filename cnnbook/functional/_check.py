"""What the convolutions check before they compute."""

from .._validate import array, integer, per_axis, same_dtype, shape
from ..arithmetic import output_size


def convolution(x, weight, bias, *, letters, stride, padding, dilation, groups):
    """Check what a convolution takes, over the axes named by `letters` such as "HW".

    Returns
    -------
    stride, padding, dilation, output : tuple of int
        One entry an axis; `output` is the output size.
    """
    count = len(letters)
    array("x", x, count + 2, axes=", ".join(["N", "C_in", *letters]))
    kernel = [f"k{letter}" for letter in letters]
    array("weight", weight, count + 2, axes=", ".join(["C_out", "C_in // groups", *kernel]))
    if bias is not None:
        array("bias", bias, 1, axes="C_out")
    same_dtype(x=x, weight=weight, bias=bias)
    stride, padding, dilation = (
        per_axis(name, value, count, minimum)
        for name, value, minimum in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1))
    )
    channels(x.shape[1], weight, bias, integer("groups", groups, 1))
    output = output_size(x.shape[2:], weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    return stride, padding, dilation, output


def channels(c_in, weight, bias, groups):
    """Check that the channels of input, weight and bias agree: weight is (C_out, C_in // groups, ...)."""
    c_out, per_group = weight.shape[:2]
    for name, count in (("C_in", c_in), ("C_out", c_out)):
        if count % groups:
            raise ValueError(f"groups {groups} does not divide {name} {count}: use a divisor of {count}")
    if per_group * groups != c_in:
        raise ValueError(
            f"weight has shape {weight.shape}, so it takes {per_group} x {groups} groups = {per_group * groups} "
            f"channels, but x has {c_in}: "
            f"use a weight of shape {(c_out, c_in // groups, *weight.shape[2:])} or other groups"
        )
    if bias is not None:
        shape("bias", bias, (c_out,), "one number an output channel")
