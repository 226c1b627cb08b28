"""Right answers to the questions on channels that go other ways than the reference: a check must accept them all."""

import functools
import itertools

import numpy as np
import torch
from answering import keeping, through
from numpy.lib.stride_tricks import sliding_window_view

from cnnbook import functional
from cnnbook.arithmetic import conv_macs, conv_parameters, output_size


def cost_by_counting(c_in, c_out, image, kernel, *, bias=True):
    weights = macs = 0
    for _ in itertools.product(range(min(c_in, 70)), range(kernel[0]), range(kernel[1])):
        weights += c_out
    weights = weights * c_in // min(c_in, 70)
    for _ in itertools.product(range(image[0] - kernel[0] + 1), range(image[1] - kernel[1] + 1)):
        macs += weights
    return [weights + (c_out if bias else 0), macs]


def cost_by_package(c_in, c_out, image, kernel, *, bias=True):
    parameters = conv_parameters(c_in, c_out, kernel, bias=bias)
    return parameters, conv_macs(c_in, c_out, kernel, output_size(image, kernel))


def cost_in_numpy(c_in, c_out, image, kernel, *, bias=True):
    places = np.prod(np.array(image) - kernel + 1)
    weights = np.prod([c_in, c_out, *kernel])
    return weights + np.int64(c_out) * bias, weights * places


def filter_by_shifts(x, weight, *, bias=0.0):
    C_in, kH, kW = weight.shape
    H_out, W_out = x.shape[1] - kH + 1, x.shape[2] - kW + 1
    out = np.full((H_out, W_out), bias)
    for c, i, j in np.ndindex(C_in, kH, kW):
        out += weight[c, i, j] * x[c, i : i + H_out, j : j + W_out]
    return out


def filter_by_einsum(x, weight, *, bias=0.0):
    return np.einsum("chwij,cij->hw", sliding_window_view(x, weight.shape[1:], (1, 2)), weight) + bias


def filter_by_lists(x, weight, *, bias=0.0):
    C_in, kH, kW = weight.shape
    rows, columns = range(x.shape[1] - kH + 1), range(x.shape[2] - kW + 1)
    taps = [*itertools.product(range(C_in), range(kH), range(kW))]
    return np.array(
        [[sum(x[c, i + u, j + v] * weight[c, u, v] for c, u, v in taps) + bias for j in columns] for i in rows]
    )


def filter_by_package(x, weight, *, bias=0.0):
    return functional.conv2d(x[None], weight[None], np.array([bias]))[0, 0]


def layer_by_package(x, weight, bias):
    return functional.relu(functional.conv2d(x[None], weight, bias)[0])


def layer_as_matrix(x, weight, bias):
    C_out, _, kH, kW = weight.shape
    H_out, W_out = x.shape[1] - kH + 1, x.shape[2] - kW + 1
    columns = [x[:, i : i + kH, j : j + kW].ravel() for i in range(H_out) for j in range(W_out)]
    out = weight.reshape(C_out, -1) @ np.stack(columns, axis=1) + bias.reshape(-1, 1)
    out[out < 0] = 0
    return out.reshape(C_out, H_out, W_out)


def layer_by_pytorch(x, weight, bias):
    tensors = (torch.tensor(np.ascontiguousarray(array)) for array in (x, weight, bias))
    return torch.relu(torch.nn.functional.conv2d(*tensors)).numpy()


def layer_by_filters(x, weight, bias):
    out = np.stack([filter_by_shifts(x, kernels) for kernels in weight])
    return np.where(out + bias[:, None, None] > 0, out + bias[:, None, None], 0.0)


def video_by_package(x, weight):
    return functional.conv3d(x[None], weight)[0]


def video_by_shifts(x, weight):
    D_out, H_out, W_out = (n - k + 1 for n, k in zip(x.shape[1:], weight.shape[2:], strict=True))
    out = 0
    for t, i, j in np.ndindex(weight.shape[2:]):
        part = x[:, t : t + D_out, i : i + H_out, j : j + W_out]
        out = out + np.tensordot(weight[:, :, t, i, j], part, axes=1)
    return out


def video_by_einsum(x, weight):
    windows = sliding_window_view(x, weight.shape[2:], (1, 2, 3))
    return np.einsum("cdhwtij,mctij->mdhw", windows, weight)


def order_by_moveaxis(weight):
    return np.moveaxis(weight, (0, 1), (-1, -2))


def order_by_einsum(weight):
    return np.einsum("ocij->ijco", weight).copy()


def order_by_swaps(weight):
    return weight.swapaxes(0, 2).swapaxes(1, 3).swapaxes(2, 3)


def order_by_loops(weight):
    C_out, C_in, kH, kW = weight.shape
    out = np.empty((kH, kW, C_in, C_out))
    for m, c, i, j in np.ndindex(weight.shape):
        out[i, j, c, m] = weight[m, c, i, j]
    return out


def nhwc_through_nchw(x, weight, bias):
    out = functional.conv2d(x.transpose(0, 3, 1, 2), weight.transpose(3, 2, 0, 1), bias)
    return out.transpose(0, 2, 3, 1)


def nhwc_by_matrices(x, weight, bias):
    kH, kW = weight.shape[:2]
    H_out, W_out = x.shape[1] - kH + 1, x.shape[2] - kW + 1
    out = np.zeros((len(x), H_out, W_out, weight.shape[3])) + bias
    for i, j in np.ndindex(kH, kW):
        out += x[:, i : i + H_out, j : j + W_out] @ weight[i, j]
    return out


def nhwc_by_places(x, weight, bias):
    kH, kW = weight.shape[:2]
    out = np.empty((len(x), x.shape[1] - kH + 1, x.shape[2] - kW + 1, len(bias)))
    for n, i, j in np.ndindex(out.shape[:3]):
        out[n, i, j] = np.tensordot(x[n, i : i + kH, j : j + kW], weight, axes=3) + bias
    return out


ALTERNATIVES = {
    "layer_cost": [
        cost_by_counting, cost_by_package, cost_in_numpy, functools.lru_cache(cost_by_package),
        keeping(cost_in_numpy),
        through(lambda *layer: cost_by_package(*layer[:-1], bias=layer[-1]), bias=True),
    ],
    "one_filter": [filter_by_shifts, filter_by_einsum, filter_by_lists, filter_by_package],
    "conv_layer": [layer_by_package, layer_as_matrix, layer_by_pytorch, layer_by_filters],
    "conv_video": [video_by_package, video_by_shifts, video_by_einsum],
    "to_tensorflow": [order_by_moveaxis, order_by_einsum, order_by_swaps, order_by_loops],
    "conv_nhwc": [nhwc_through_nchw, nhwc_by_matrices, nhwc_by_places],
}  # fmt: skip
