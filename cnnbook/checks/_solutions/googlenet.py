"""Solutions of the questions on GoogLeNet, as `solutions/googlenet.ipynb` has them."""

import numpy as np

from cnnbook import functional as F


def inception_block(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool):
    """An inception module with reductions, of images x (N, C, H, W).

    inception_block(*np.ones((7, 1, 1, 1, 1))) is [[[[1]], [[1]], [[1]], [[1]]]].
    """

    def conv_relu(x, weight):
        return np.maximum(F.conv2d(x, weight, padding=weight.shape[-1] // 2), 0)

    pooled = F.max_pool2d(x, 3, stride=1, padding=1)
    by1 = conv_relu(x, w1)
    by3 = conv_relu(conv_relu(x, w3_reduce), w3)
    by5 = conv_relu(conv_relu(x, w5_reduce), w5)
    by_pool = conv_relu(pooled, w_pool)
    return np.concatenate([by1, by3, by5, by_pool], axis=1)


def module_cost(
    c_in,
    side,
    n1x1,
    n3x3_reduce,
    n3x3,
    n5x5_reduce,
    n5x5,
    pool_proj,
    *,
    reduced=True,
):
    """Channels that come out of a module, its parameters, and its MACs.

    module_cost(1, 1, 1, 1, 1, 1, 1, 1)[0] is 4.
    """
    convs = [(c_in, n1x1, 1)]  # reads, makes, kernel
    if reduced:
        convs += [(c_in, n3x3_reduce, 1), (n3x3_reduce, n3x3, 3)]
        convs += [(c_in, n5x5_reduce, 1), (n5x5_reduce, n5x5, 5)]
        convs += [(c_in, pool_proj, 1)]
    else:
        convs += [(c_in, n3x3, 3), (c_in, n5x5, 5)]
    channels = n1x1 + n3x3 + n5x5 + (pool_proj if reduced else c_in)
    weights = sum(reads * makes * kernel**2 for reads, makes, kernel in convs)
    biases = sum(makes for _, makes, _ in convs)
    return channels, weights + biases, weights * side**2


def choose_reductions(c_in, side, n1x1, n3x3, n5x5, pool_proj, budget):
    """(n3x3_reduce, n5x5_reduce) for a budget of MACs, or None.

    choose_reductions(1, 1, 1, 1, 1, 1, 38) is (1, 1).
    """

    def macs(before3, before5):
        row = n1x1, before3, n3x3, before5, n5x5, pool_proj
        return module_cost(c_in, side, *row)[2]

    if macs(1, 1) > budget:
        return None
    before3 = before5 = 1
    while macs(before3 + 1, before5) <= budget:
        before3 += 1
    while macs(before3, before5 + 1) <= budget:
        before5 += 1
    return before3, before5


def loss_with_helpers(x, stages, heads, labels, *, training=True):
    """The loss of the end; in training plus 0.3 times that of each helper.

    loss_with_helpers(np.ones((1, 1)), *np.ones((2, 3, 1, 1)), np.zeros(1, int)) is 0.
    """

    def loss(features, head):
        logits = features @ head.T
        right = logits[np.arange(len(labels)), labels]
        return (np.log(np.exp(logits).sum(1)) - right).mean()

    first = np.maximum(x @ stages[0].T, 0)
    second = np.maximum(first @ stages[1].T, 0)
    last = np.maximum(second @ stages[2].T, 0)
    end = loss(last, heads[0])
    if not training:
        return end
    return end + 0.3 * (loss(first, heads[1]) + loss(second, heads[2]))


def class_maps(features, weight, bias):
    """A map for each class, and the logits: the means of these maps.

    class_maps(np.ones((1, 1, 2)), np.ones((1, 1)), np.ones(1))[0] is [[[2, 2]]].
    """
    K, (C, H, W) = len(weight), features.shape
    maps = (weight @ features.reshape(C, H * W)).reshape(K, H, W)
    maps = maps + bias[:, None, None]
    return maps, maps.mean((1, 2))
