"""Right answers to the questions on GoogLeNet that go other ways than the reference."""

import numpy as np
import torch

from cnnbook import functional as F
from cnnbook.models._blocks import Branches, conv_relu
from cnnbook.models.googlenet import Inception, module

# The module


def block_of_the_package(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool):
    """The very module of `cnnbook.models`, with these weights."""
    weights = [torch.tensor(each) for each in (w1, w3_reduce, w3, w5_reduce, w5, w_pool)]
    row = Inception("3a", *(len(each) for each in weights))
    built = Branches(x.shape[1], module(row), conv_relu).double()
    with torch.no_grad():
        for name, parameter in built.named_parameters():
            parameter.copy_(weights.pop(0) if name.endswith("weight") else torch.zeros_like(parameter))
        return built(torch.tensor(x)).numpy()


def block_with_numpy(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool):
    """Each tap is a 1x1 convolution of moved images."""

    def moved(images, di, dj, outside):
        H, W = images.shape[2:]
        large = np.pad(images, [(0, 0), (0, 0), (2, 2), (2, 2)], constant_values=outside)
        return large[:, :, 2 + di : 2 + di + H, 2 + dj : 2 + dj + W]

    def conv(images, weight):
        half = range(-(weight.shape[2] // 2), weight.shape[2] // 2 + 1)
        taps = [(i, j) for i in half for j in half]
        total = 0
        for i, j in taps:
            tap = weight[:, :, i + len(half) // 2, j + len(half) // 2]
            total = total + np.einsum("oc,nchw->nohw", tap, moved(images, i, j, 0.0))
        return total.clip(min=0)

    near = [moved(x, i, j, -np.inf) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    ends = conv(x, w1), conv(conv(x, w3_reduce), w3), conv(conv(x, w5_reduce), w5), conv(np.max(near, 0), w_pool)
    return np.hstack(ends)


def block_with_one_relu_at_the_end(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool):
    """Behind the last convolutions one ReLU does for all."""
    low3, low5 = F.relu(F.conv2d(x, w3_reduce)), F.relu(F.conv2d(x, w5_reduce))
    ends = [F.conv2d(x, w1), F.conv2d(low3, w3, padding=1), F.conv2d(low5, w5, padding=2)]
    ends.append(F.conv2d(F.max_pool2d(x, 3, stride=1, padding=1), w_pool))
    return F.relu(np.concatenate(ends, axis=1))


# What it costs


def cost_of_the_package(
    c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced=True,
):  # fmt: skip
    from cnnbook.arithmetic import conv_macs, conv_parameters

    layers = [(c_in, n1x1, 1), (c_in, n3x3, 3), (c_in, n5x5, 5)]
    if reduced:
        layers = [(c_in, n1x1, 1), (c_in, n3x3_reduce, 1), (n3x3_reduce, n3x3, 3), (c_in, n5x5_reduce, 1),
                  (n5x5_reduce, n5x5, 5), (c_in, pool_proj, 1)]  # fmt: skip
    channels = n1x1 + n3x3 + n5x5 + (pool_proj if reduced else c_in)
    parameters = sum(conv_parameters(*layer) for layer in layers)
    return channels, parameters, sum(conv_macs(*layer, (side, side)) for layer in layers)


def cost_in_a_formula(c, s, n1, r3, n3, r5, n5, p, *, reduced=True):
    if not reduced:
        weights = c * (n1 + 9 * n3 + 25 * n5)
        return [n1 + n3 + n5 + c, weights + n1 + n3 + n5, weights * s * s]
    weights = c * (n1 + r3 + r5 + p) + 9 * r3 * n3 + 25 * r5 * n5
    return np.int64(n1 + n3 + n5 + p), weights + n1 + r3 + n3 + r5 + n5 + p, weights * s**2


# Reductions for a budget


def per_pixel(c_in, side, n1x1, n3x3, n5x5, pool_proj, budget):
    """What is left for the reductions at a pixel, and the two prices there."""
    return budget // side**2 - c_in * (n1x1 + pool_proj), c_in + 9 * n3x3, c_in + 25 * n5x5


def mostly_before_the_5x5(*row_and_budget):
    money, price3, price5 = per_pixel(*row_and_budget)
    before5 = (money - price3) // price5
    if before5 < 1:
        return None
    return (money - before5 * price5) // price3, before5


def as_in_googlenet(*row_and_budget):
    """About four times as many before the 3x3 as before the 5x5."""
    money, price3, price5 = per_pixel(*row_and_budget)
    if money < price3 + price5:
        return None
    before5 = max(1, money // (4 * price3 + price5))
    before3 = max(1, (money - before5 * price5) // price3)
    before5 = (money - before3 * price3) // price5
    return [before3, before5]


def half_of_the_money_each(*row_and_budget):
    money, price3, price5 = per_pixel(*row_and_budget)
    if money < price3 + price5:
        return None
    pair = np.array([max(1, money // 2 // price3), max(1, money // 2 // price5)])
    pair[0] -= max(0, -(-(pair @ [price3, price5] - money) // price3))  # where one channel alone was over a half
    if pair[0] < 1:
        pair[:] = 1, (money - price3) // price5
    pair[1] += (money - pair @ [price3, price5]) // price5
    pair[0] += (money - pair @ [price3, price5]) // price3
    return tuple(pair.tolist())


# The loss


def loss_by_the_package(x, stages, heads, labels, training=True):
    total = 0.0
    for weight, head, factor in zip(stages, heads[[1, 2, 0]], (0.3, 0.3, 1), strict=True):
        x = F.relu(F.linear(x, weight))
        if factor == 1 or training:
            total += factor * F.cross_entropy(F.linear(x, head), labels)
    return total


def loss_by_torch(x, stages, heads, labels, *, training=True):
    x, stages, heads, labels = map(torch.tensor, (x, stages, heads, labels))
    seen = [x]
    for weight in stages:
        seen.append(torch.relu(seen[-1] @ weight.T))
    found = [torch.nn.functional.cross_entropy(a @ b.T, labels) for a, b in zip(seen[1:], heads[[1, 2, 0]])]  # noqa: B905
    return (found[2] + 0.3 * sum(found[:2])).item() if training else float(found[2])


# Maps of classes


def maps_by_loops(features, weight, bias):
    maps = np.zeros((len(weight), *features.shape[1:]))
    for k in range(len(weight)):
        maps[k] = bias[k]
        for c in range(len(features)):
            maps[k] += weight[k, c] * features[c]
    return maps, weight @ features.mean((1, 2)) + bias


def maps_by_a_convolution(features, weight, bias):
    maps = F.conv2d(features[None], weight[:, :, None, None], bias)
    return [maps[0], F.global_avg_pool2d(maps).ravel()]


ALTERNATIVES = {
    "inception_block": [block_of_the_package, block_with_numpy, block_with_one_relu_at_the_end],
    "module_cost": [cost_of_the_package, cost_in_a_formula],
    "choose_reductions": [mostly_before_the_5x5, as_in_googlenet, half_of_the_money_each],
    "loss_with_helpers": [loss_by_the_package, loss_by_torch],
    "class_maps": [maps_by_loops, maps_by_a_convolution],
}
