"""What the convolutions check before they compute."""

from math import prod

from .._validate import array, per_axis, same_dtype, shape
from ..arithmetic import Geometry

_MOST_PIXELS = 1 << 32  # of a padded plane: 16 GiB in float32. Beyond, NumPy's errors do not name what was too large


def convolution(x, weight, bias, *, letters, stride, padding, dilation, groups):
    """Check what a convolution takes, over the axes named by `letters` such as "HW", and return its `Geometry`."""
    array("x", x, len(letters) + 2, axes=", ".join(["N", "C_in", *letters]))
    kernel = [f"k{letter}" for letter in letters]
    array("weight", weight, len(letters) + 2, axes=", ".join(["C_out", "C_in // groups", *kernel]))
    if bias is not None:
        array("bias", bias, 1, axes="C_out")
    same_dtype(x=x, weight=weight, bias=bias)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    where = geometry(x.shape[2:], weight.shape[2:], **options)
    channels(x.shape[1], weight, bias, where.groups)
    return where


def geometry(size, kernel, *, stride, padding, dilation, groups=1):
    """Return the `Geometry` of a kernel on images: here the images say how many axes there are."""
    kernel, stride, dilation = (
        per_axis(name, value, len(size), 1)
        for name, value in (("kernel", kernel), ("stride", stride), ("dilation", dilation))
    )
    return possible(Geometry(size, kernel, stride=stride, padding=padding, dilation=dilation, groups=groups))


def possible(geometry):
    """Refuse planes that fit into no memory."""
    if prod(geometry.padded) > _MOST_PIXELS:
        sides, options = " x ".join(map(str, geometry.padded)), ("stride", "padding", "dilation")
        told = ", ".join(f"{name} {getattr(geometry, name)}" for name in options)
        raise ValueError(f"planes of {sides} pixels, padding included, are too large: use less than {told}")
    return geometry


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
