"""Right answers to the questions on Inception v2 to v4 that go other ways than the reference: all must be accepted."""

import numpy as np
import torch
from torch.nn import functional

from cnnbook.arithmetic import conv_macs, conv_parameters

# A pair


def cost_by_the_package(height, width, c_in, c_out, n, between):
    halves = ((c_in, between, (1, n)), (between, c_out, (n, 1)))
    macs = sum(conv_macs(*half, (height, width)) for half in halves)
    saved = conv_macs(c_in, c_out, n, (height, width)) - macs
    return sum(conv_parameters(*half, bias=False) for half in halves), macs, saved


def cost_of_arrays(height, width, c_in, c_out, n, between):
    row, column = np.zeros((between, c_in, 1, n)), np.zeros((c_out, between, n, 1))
    weights = row.size + column.size
    return [weights, weights * height * width, (n * n * c_in * c_out - weights) * width * height]


# A grid


def grid_by_pytorch(x, weight):
    x, weight = torch.from_numpy(x.copy()), torch.from_numpy(weight.copy())
    branches = functional.conv2d(x, weight, stride=2).relu(), functional.max_pool2d(x, weight.shape[3], stride=2)
    return torch.cat(branches, dim=1).numpy()


def grid_window_by_window(x, weight):
    C_conv, _, k, _ = weight.shape
    N, C, H, W = x.shape
    output = np.zeros((N, C_conv + C, (H - k) // 2 + 1, (W - k) // 2 + 1))
    for i, j in np.ndindex(output.shape[2:]):
        window = x[:, :, 2 * i : 2 * i + k, 2 * j : 2 * j + k]
        output[:, :C_conv, i, j] = np.tensordot(window, weight, ([1, 2, 3], [1, 2, 3])).clip(0)
        output[:, C_conv:, i, j] = window.max((2, 3))
    return output


# A smooth loss


def loss_by_pytorch(logits, labels, smoothing):
    logits = torch.tensor(logits, requires_grad=True)
    loss = functional.cross_entropy(logits, torch.from_numpy(labels.copy()), label_smoothing=smoothing)
    loss.backward()
    return loss.item(), logits.grad.numpy()


def loss_as_a_mixture(logits, labels, smoothing):
    """Of the loss of hard labels and that of even ones."""
    N, K = logits.shape
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    hard = np.eye(K)[labels]
    even = -log_p.mean(1)
    loss = (1 - smoothing) * -(hard * log_p).sum(1) + smoothing * even
    return np.mean(loss), (np.exp(log_p) - (1 - smoothing) * hard - smoothing / K) / N


# Designs


def weights(layers, c_in):
    return sum(kH * kW * a * c for (kH, kW, c), a in zip(layers, [c_in, *(c for *_, c in layers)], strict=False))


def the_first_that_fits(n, c_in, c_out, least, budget):
    designs = ([(n, 1, least), (1, n, c_out)], [[n, n, c_out]])
    return next(design for design in designs if weights(design, c_in) <= budget)


def small_squares_where_they_fit(n, c_in, c_out, least, budget):
    """Three 3x3 for a 7x7; where they cost too much, or n is even, what is cheaper of the others."""
    count = max(1, (n - 1) // 2)
    squares = [(3, 3, least)] * (count - 1) + [(3, 3, c_out)]
    if n % 2 and n > 1 and weights(squares, c_in) <= budget:
        return squares
    return the_first_that_fits(n, c_in, c_out, least, budget)


def squeezed_by_a_1x1_where_it_fits(n, c_in, c_out, least, budget):
    squeezed = np.array([(1, 1, least), (1, n, least), (n, 1, c_out)])
    fits = weights(squeezed.tolist(), c_in) <= budget
    return squeezed if fits else the_first_that_fits(n, c_in, c_out, least, budget)


ALTERNATIVES = {
    "pair_cost": [cost_by_the_package, cost_of_arrays],
    "halve_grid": [grid_by_pytorch, grid_window_by_window],
    "smooth_loss": [loss_by_pytorch, loss_as_a_mixture],
    "factorise": [the_first_that_fits, small_squares_where_they_fit, squeezed_by_a_1x1_where_it_fits],
}
