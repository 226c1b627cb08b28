"""Solutions of the questions on Inception v2 to v4, as `solutions/inception.ipynb` has them."""

import numpy as np


def pair_cost(height, width, c_in, c_out, n, between):
    """Weights, MACs and saved MACs of a 1xn and an nx1 behind it.

    pair_cost(1, 1, 2, 3, 5, 4)[2] is 50.
    """
    weights = n * c_in * between + n * between * c_out
    one_kernel = n**2 * c_in * c_out
    places = height * width
    return weights, places * weights, places * (one_kernel - weights)


def halve_grid(x, weight):
    """A strided convolution and its ReLU beside a max pool.

    halve_grid(np.ones((1, 1, 2, 2)), -np.ones((1, 1, 2, 2))) is [[[[0]], [[1]]]].
    """
    k = weight.shape[-1]
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), (2, 3))
    windows = windows[:, :, ::2, ::2]  # (N, C_in, H_out, W_out, k, k)
    convolved = np.einsum("nchwij,ocij->nohw", windows, weight)
    pooled = windows.max((4, 5))
    return np.concatenate([np.maximum(convolved, 0), pooled], axis=1)


def smooth_loss(logits, labels, smoothing):
    """Mean loss of smooth labels, and its gradient by the logits.

    smooth_loss(np.zeros((1, 2)), np.array([0]), 0.5)[1] is [[-0.25, 0.25]].
    """
    N, K = logits.shape
    images = np.arange(N)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    targets = np.full((N, K), smoothing / K)
    targets[images, labels] += 1 - smoothing
    loss = -(targets * np.log(p)).sum(1).mean()
    return loss, (p - targets) / N


def factorise(n, c_in, c_out, least, budget):
    """Layers (kH, kW, channels) that see n by n pixels within a budget of weights.

    factorise(3, 2, 2, 2, 24) is [[1, 3, 2], [3, 1, 2]], as tuples.
    """
    one_kernel = [(n, n, c_out)]
    pair = [(1, n, least), (n, 1, c_out)]
    saved = pair_cost(1, 1, c_in, c_out, n, least)[2]
    return pair if saved > 0 else one_kernel
