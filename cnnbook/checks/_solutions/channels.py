"""Solutions of the questions on channels, as `solutions/channels.ipynb` has them."""

import numpy as np


def layer_cost(c_in, c_out, image, kernel, *, bias=True):
    """Parameters and MACs of a layer, as a pair.

    layer_cost(3, 10, (32, 32), (3, 3)) is (280, 243000).
    """
    (H, W), (kH, kW) = image, kernel
    weights = c_out * c_in * kH * kW
    places = (H - kH + 1) * (W - kW + 1)
    return weights + c_out * bias, weights * places


def one_filter(x, weight, *, bias=0.0):
    """What one filter (C_in, kH, kW) finds in an image (C_in, H, W).

    one_filter(np.ones((3, 3, 3)), np.ones((3, 3, 2))) is [[18, 18]].
    """
    (_, H, W), (_, kH, kW) = x.shape, weight.shape
    out = np.empty((H - kH + 1, W - kW + 1))
    for i, j in np.ndindex(out.shape):
        window = x[:, i : i + kH, j : j + kW]  # all channels
        out[i, j] = (weight * window).sum() + bias
    return out


def conv_layer(x, weight, bias):
    """A layer with ReLU: x (C_in, H, W), weight (C_out, C_in, kH, kW), bias (C_out,).

    conv_layer(np.ones((3, 3, 3)), np.ones((1, 3, 3, 2)), np.ones(1)) is [[[19, 19]]].
    """
    pictures = [one_filter(x, kernels, bias=b) for kernels, b in zip(weight, bias, strict=True)]
    return np.maximum(np.stack(pictures), 0)


def conv_video(x, weight):
    """A 3-D convolution: x (C_in, D, H, W), weight (C_out, C_in, kD, kH, kW).

    conv_video(np.ones((3, 2, 1, 3)), np.ones((1, 3, 2, 1, 2))) is [[[[12, 12]]]].
    """
    (_, D, H, W), (C_out, _, kD, kH, kW) = x.shape, weight.shape
    out = np.zeros((C_out, D - kD + 1, H - kH + 1, W - kW + 1))
    for m, d, t in np.ndindex(C_out, D - kD + 1, kD):
        out[m, d] += one_filter(x[:, d + t], weight[m, :, t])
    return out


def to_tensorflow(weight):
    """Weights (C_out, C_in, kH, kW) as (kH, kW, C_in, C_out).

    to_tensorflow(np.array([[[[1, 2]]]])) is [[[[1]], [[2]]]].
    """
    return weight.transpose(2, 3, 1, 0)


def conv_nhwc(x, weight, bias):
    """The layer, mended: x (N, H, W, C_in), weight (kH, kW, C_in, C_out).

    conv_nhwc(np.ones((1, 3, 3, 2)), np.ones((3, 2, 2, 1)), np.ones(1)) is [[[[13], [13]]]].
    """
    N, H, W, C_in = x.shape
    kH, kW, _, C_out = weight.shape
    out = np.zeros((N, H - kH + 1, W - kW + 1, C_out))
    for c in range(C_in):
        for i in range(kH):
            for j in range(kW):
                shifted = x[:, i : i + H - kH + 1, j : j + W - kW + 1, c, None]
                out += shifted * weight[i, j, c]
    return out + bias
