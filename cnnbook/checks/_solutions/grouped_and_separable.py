"""Solutions of the questions on groups, as `solutions/grouped_and_separable.ipynb` has them."""

import numpy as np


def grouped_cost(c_in, c_out, kernel, output, *, groups=1):
    """Weights and MACs of a convolution in groups, without a bias.

    grouped_cost(4, 6, 3, 5, groups=2) is (108, 2700).
    """
    weights = c_out * (c_in // groups) * kernel**2
    return weights, weights * output**2


def grouped_conv(x, weight):
    """Convolution in groups: an array (C_out, H - kH + 1, W - kW + 1).

    grouped_conv(np.ones((4, 1, 1)), np.ones((2, 2, 1, 1))) is [[[2]], [[2]]].
    """
    (C_in, H, W), (C_out, C_group, kH, kW) = x.shape, weight.shape
    groups = C_in // C_group
    out = np.zeros((C_out, H - kH + 1, W - kW + 1))
    for c in range(C_out):
        first = c // (C_out // groups) * C_group
        seen = x[first : first + C_group]
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                out[c, i, j] = (seen[:, i : i + kH, j : j + kW] * weight[c]).sum()
    return out


def shuffle_channels(x, groups):
    """Channels of x (C, H, W) in a new order: the first of each group, the second of each ...

    shuffle_channels(np.arange(4).reshape(4, 1, 1), 2) is [[[0]], [[2]], [[1]], [[3]]].
    """
    C, H, W = x.shape
    table = x.reshape(groups, C // groups, H, W)
    return table.transpose(1, 0, 2, 3).reshape(C, H, W)


def separable_conv(x, depthwise, pointwise):
    """A depthwise convolution, then a 1x1 convolution: an array (C_out, H_out, W_out).

    separable_conv(np.ones((1, 1, 1)), np.ones((2, 1, 1, 1)), np.ones((1, 2))) is [[[2]]].
    """
    between = grouped_conv(x, depthwise)
    return np.einsum("oc,cij->oij", pointwise, between)


def depthwise_conv(x, weight):
    """A depthwise convolution with C_out // C_in kernels for each channel.

    depthwise_conv(np.ones((1, 1, 1)), np.ones((2, 1, 1, 1))) is [[[1]], [[1]]].
    """
    (C_in, H, W), (C_out, _, kH, kW) = x.shape, weight.shape
    out = np.zeros((C_out, H - kH + 1, W - kW + 1))
    for c in range(C_out):
        channel = c // (C_out // C_in)
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                window = x[channel, i : i + kH, j : j + kW]
                out[c, i, j] = (window * weight[c, 0]).sum()
    return out
