"""Right answers to the questions on networks for a small budget that go other ways than the reference."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from cnnbook.checks._mobile import TABLE, cost
from cnnbook.models.mobilenet import InvertedResidual, multiple_of_8
from cnnbook.profile import profile


def tensor(array):
    return torch.from_numpy(np.array(array))


# What is left


def left_by_singular_values(x, weight):
    on = np.tensordot(weight, x, 1) > 0
    rows = np.where(on[..., None], weight[:, None, None], 0).transpose(1, 2, 0, 3)
    return (np.linalg.svd(rows, compute_uv=False) > 1e-9).sum(-1)


def left_by_elimination(x, weight):
    def rank(rows):
        rows, found = [np.array(row, float) for row in rows], 0
        while rows:
            row = rows.pop()
            if abs(row).max() < 1e-9:
                continue
            found, place = found + 1, abs(row).argmax()
            rows = [other - other[place] / row[place] * row for other in rows]
        return found

    y = np.maximum(np.einsum("nc,chw->nhw", weight, x), 0)
    return np.array([[rank(weight[y[:, i, j] != 0]) for j in range(x.shape[2])] for i in range(x.shape[1])])


# The inverted residual


def residual_by_torch(x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, *, stride=1):
    x, *arrays = map(tensor, (x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias))
    weights = [array[..., None, None] if array.ndim == 2 else array[:, None] for array in arrays[::2]]
    y = functional.relu6(functional.conv2d(x[None], weights[0], arrays[1]))
    y = functional.relu6(functional.conv2d(y, weights[1], arrays[3], stride, 1, groups=len(y[0])))
    y = functional.conv2d(y, weights[2], arrays[5])[0]
    return (x + y if stride == 1 and len(x) == len(y) else y).numpy()


def residual_by_our_module(x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, stride=1):
    """The module that the chapter shows; folded biases go into batch norm's shift."""
    C_mid, C_in = expand.shape
    if C_mid % C_in or C_mid == C_in:  # no whole expansion, or a module without a first 1x1
        return residual_by_torch(
            x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, stride=stride
        )
    block = InvertedResidual(C_in, len(project), stride=stride, expansion=C_mid // C_in).double().eval()
    convs = [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)]
    norms = [layer for layer in block.modules() if isinstance(layer, nn.BatchNorm2d)]
    weights, biases = (expand, depthwise, project), (expand_bias, depthwise_bias, project_bias)
    with torch.no_grad():
        for conv, norm, weight, bias in zip(convs, norms, weights, biases, strict=True):
            conv.weight.copy_(tensor(weight).reshape(conv.weight.shape))
            norm.weight.copy_((norm.running_var + norm.eps).sqrt())
            norm.bias.copy_(tensor(bias))
        return block(tensor(x)[None])[0].numpy()


def residual_pixel_by_pixel(x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, *, stride=1):
    (_, H, W), C_mid = x.shape, len(expand)
    wide = np.zeros((C_mid, H + 2, W + 2))
    wide[:, 1:-1, 1:-1] = np.minimum(6, np.maximum(0, np.tensordot(expand, x, 1) + expand_bias.reshape(-1, 1, 1)))
    out = np.zeros((len(project), (H + stride - 1) // stride, (W + stride - 1) // stride))
    for i, j in np.ndindex(out.shape[1:]):
        top, left = i * stride, j * stride
        seen = (wide[:, top : top + 3, left : left + 3] * depthwise).sum((1, 2)) + depthwise_bias
        out[:, i, j] = project @ np.clip(seen, 0, 6) + project_bias
    return out + x if stride == 1 and x.shape[0] == out.shape[0] else out


# The block of Xception


def middle_by_torch(x, depthwise, pointwise, bias):
    y = tensor(x)[None]
    for kernels, matrix, shift in zip(*map(tensor, (depthwise, pointwise, bias)), strict=True):
        y = functional.conv2d(y.relu(), kernels[:, None], padding=1, groups=len(kernels))
        y = functional.conv2d(y, matrix[..., None, None], shift)
    return (tensor(x)[None] + y)[0].numpy()


def middle_by_full_kernels(x, depthwise, pointwise, bias):
    """With both parts multiplied out to one ordinary convolution."""
    y = x
    for kernels, matrix, shift in zip(depthwise, pointwise, bias, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(y, [(0, 0), (1, 1), (1, 1)]), (3, 3), axis=(1, 2))
        full = matrix[..., None, None] * kernels
        y = np.einsum("cijab,ocab->oij", np.maximum(windows, 0), full) + shift[:, None, None]
    return y + x


# What it costs


def macs_layer_by_layer(stages, side, *, width=1.0):
    layers, c, size = [], multiple_of_8(32 * width), (side + 1) // 2
    layers.append(27 * c * size * size)
    for t, channels, repeats, stride in stages:
        for repeat in range(repeats):
            wide = c * t
            if t != 1:
                layers.append(c * wide * size * size)
            if stride == 2 and repeat == 0:
                size = (size - 1) // 2 + 1
            c = multiple_of_8(channels * width)
            layers += [9 * wide * size * size, wide * c * size * size]
    last = max(1280, multiple_of_8(1280 * width))
    return sum(layers) + c * last * size * size + last * 1000


def macs_of_modules(stages, side, *, width=1.0):
    """Counted by the profile, where the network has one block."""
    if side > 4 or sum(n for _, _, n, _ in stages) > 1:
        return macs_layer_by_layer(stages, side, width=width)
    with torch.device("meta"):
        c = multiple_of_8(32 * width)
        layers = [nn.Conv2d(3, c, 3, 2, 1, bias=False)]
        for t, channels, repeats, stride in stages:
            for repeat in range(repeats):
                c_in, c = c, multiple_of_8(channels * width)
                layers.append(InvertedResidual(c_in, c, stride=1 if repeat else stride, expansion=t))
        last = multiple_of_8(1280 * max(1, width))
        layers += [nn.Conv2d(c, last, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, 1000)]
        return profile(nn.Sequential(*layers), (3, side, side)).totals.macs


# A design


def _all_designs(sides, budget, least, largest_map):
    for width in np.arange(35, 141, 5) / 100:
        for side in sides:
            small = 6 * multiple_of_8(16 * width) * side * side // 4 <= largest_map
            if small and least <= cost(TABLE, side, width) <= budget:
                yield float(width), side


def widest_design(*demands):
    return max(_all_designs(*demands))


def design_with_the_largest_image(*demands):
    return max(_all_designs(*demands), key=lambda pair: (pair[1], -pair[0]))


def cheapest_design(*demands):
    return list(min(_all_designs(*demands), key=lambda pair: cost(TABLE, pair[1], pair[0])))


ALTERNATIVES = {
    "dimensions_left": [left_by_singular_values, left_by_elimination],
    "inverted_residual": [residual_by_torch, residual_by_our_module, residual_pixel_by_pixel],
    "middle_block": [middle_by_torch, middle_by_full_kernels],
    "v2_macs": [macs_layer_by_layer, macs_of_modules],
    "v2_design": [widest_design, design_with_the_largest_image, cheapest_design],
}
