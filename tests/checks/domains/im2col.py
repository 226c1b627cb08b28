"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np


def _sizes(rng):
    """A layer on an image that the kernel fits into, its options at their defaults now and then."""
    C, kH, kW, more, wider, stride, padding = (int(rng.integers(*limits)) for limits in LIMITS)
    stride, padding = (value if rng.random() < 0.6 else default for value, default in ((stride, 1), (padding, 0)))
    return C, kH + more, kW + wider, kH, kW, stride, padding


LIMITS = (1, 4), (1, 4), (1, 4), (0, 6), (0, 6), (1, 4), (0, 3)


def _array(rng, *shape):
    return np.round(rng.uniform(-9, 9, shape))


def _bytes(rng):
    C, H, W, kH, kW, stride, padding = _sizes(rng)
    itemsize = int(rng.choice([2, 4, 4, 8]))
    options = {"stride": stride, "padding": padding, "itemsize": itemsize}
    return {"shape": (int(rng.integers(1, 5)), C, H, W), "kernel": (kH, kW)} | options


def _rows_hwc(rng):
    C, H, W, kH, kW, stride, _ = _sizes(rng)
    return {"image": _array(rng, H, W, C), "kernel": (kH, kW), "stride": stride}


def _rows_chw(rng):
    C, H, W, kH, kW, stride, padding = _sizes(rng)
    return {"image": _array(rng, C, H, W), "kernel": (kH, kW), "stride": stride, "padding": padding}


def _convolution(rng):
    C, H, W, kH, kW, stride, padding = _sizes(rng)
    weight = _array(rng, int(rng.integers(1, 4)), C, kH, kW)
    return {"image": _array(rng, C, H, W), "weight": weight, "stride": stride, "padding": padding}


def _places(H, W, kH, kW, stride, padding=0):
    return tuple((size + 2 * padding - k) // stride + 1 for size, k in ((H, kH), (W, kW)))


def _way_back(rng):
    C, *sizes, stride, padding = _sizes(rng)
    H, W, kH, kW = sizes
    columns = _array(rng, np.prod(_places(*sizes, stride, padding)), C * kH * kW)
    return {"columns": columns, "shape": (C, H, W), "kernel": (kH, kW), "stride": stride, "padding": padding}


def _backward(rng):
    C, *sizes, stride, _ = _sizes(rng)
    H, W, kH, kW = sizes
    C_out = int(rng.integers(1, 4))
    arrays = _array(rng, C_out, *_places(*sizes, stride)), _array(rng, C, H, W), _array(rng, C_out, C, kH, kW)
    return dict(zip(("grad_output", "image", "weight"), arrays, strict=True)) | {"stride": stride}


DOMAINS = {
    "column_bytes": _bytes,
    "im2col_hwc": _rows_hwc,
    "im2col_chw": _rows_chw,
    "conv_by_im2col": _convolution,
    "col2im": _way_back,
    "conv_gradients": _backward,
}
