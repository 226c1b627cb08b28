"""What the questions on a network's head are about: matrices, logits that formulas fail on, a page of digits."""

import numpy as np

from cnnbook.datasets import load

from ._elementwise import quietly
from ._layers import either
from ._pixels import draw_array

# In float32 no exponential of a difference of these is a denormal number, which has few digits.
LARGE = (120, 800, 1000, -120, -800, -1000)

BATCH = {"float32": lambda x: x.dtype == np.float32, "one_image": lambda N: N == 1}
LOGITS = {
    "float32": lambda logits: logits.dtype == np.float32,
    "one_image": lambda N: N == 1,
    "more_images_than_classes": lambda N, K: N > K,
    "some_large": lambda logits: logits.max() > 90,
    "all_far_below_zero": lambda logits: logits.max(1).min() < -90,
    "some_far_apart": lambda logits: np.ptp(logits, axis=1).max() > 90,
    "images_far_apart": lambda logits: np.ptp(logits.max(1)) > 750,
}


# Drawing


def in_some_dtype(rng, *arrays):
    dtype = rng.choice([np.float32, np.float64])
    return [array.astype(dtype) for array in arrays]


def turned_now_and_then(rng, *arrays):
    """Arrays, each of them now and then the same when it is turned by half a turn."""
    halves = (np.concatenate([a.reshape(-1)[: a.size // 2], a.reshape(-1)[(a.size - 1) // 2 :: -1]]) for a in arrays)
    return [h.reshape(a.shape) if rng.random() < 0.1 else a for h, a in zip(halves, arrays, strict=True)]


def draw_layer(rng):
    """Images, weights and biases of a fully connected layer."""
    N, C_in, C_out = (either(rng, (1, 4), (1, 6), rare=(6, 30)) for _ in range(3))
    return in_some_dtype(rng, draw_array(rng, N, C_in), draw_array(rng, C_out, C_in), draw_array(rng, C_out))


def draw_logits(rng):
    """Quarters; some of them very large or far below zero; and whole images moved up or down."""
    N, K = either(rng, (1, 5), (1, 7), rare=(7, 20)), either(rng, (2, 6), (1, 7), rare=(7, 20))
    logits = rng.integers(-10, 11, (N, K)) / 4
    if rng.random() < 0.45:
        places = rng.random((N, K)) < 0.3
        logits[places] += rng.choice(LARGE, places.sum())
    if rng.random() < 0.45:
        logits[rng.integers(N)] += rng.choice(LARGE)
    if rng.random() < 0.15:
        logits += rng.choice(LARGE)
    return in_some_dtype(rng, logits)[0]


def draw_labelled(rng):
    logits = draw_logits(rng)
    return {"logits": logits, "labels": rng.integers(logits.shape[1], size=len(logits))}


# A fully connected layer, wrong in some gradients


def changing(**changes):
    """The right gradients, but for some that a function of the arguments changes: ``grad_bias=lambda g, x, w: ...``."""
    names = "grad_x", "grad_weight", "grad_bias"

    def answer(answer, grad_output, x, weight):
        known = dict(zip(names, answer, strict=True))
        return tuple(changes[name](grad_output, x, weight) if name in changes else known[name] for name in names)

    return answer


# Softmax and the loss, right and wrong


def shifted(logits, axis=1):
    return logits - logits.max(axis, keepdims=True)


def probabilities(logits, axis=1):
    exponentials = np.exp(shifted(logits, axis))
    return exponentials / exponentials.sum(axis, keepdims=True)


def log_probabilities(logits, axis=1):
    moved = shifted(logits, axis)
    return moved - np.log(np.exp(moved).sum(axis, keepdims=True))


def normalised(exponentials):
    return exponentials / exponentials.sum(1, keepdims=True)


def of_labels(table, labels):
    return table[np.arange(len(labels)), labels]


def loss(logits, labels):
    return -of_labels(log_probabilities(logits), labels).mean()


def of_logarithms(logarithms):
    """The loss by the logarithms of the probabilities, computed in some way."""
    return quietly(lambda logits, labels: -of_labels(logarithms(logits), labels).mean())


def gradient(logits, labels, *, overflow=False, all_labels=False, summed=False):
    """Of the loss, with faults: exponentials as they are, ones taken off in all images, no mean."""
    grad = normalised(np.exp(logits)) if overflow else probabilities(logits)
    if all_labels:
        grad[:, labels] -= 1
    else:
        grad[np.arange(len(labels)), labels] -= 1
    return grad if summed else grad / grad.dtype.type(len(labels))


def faulty(**faults):
    return quietly(lambda logits, labels: gradient(logits, labels, **faults))


# Dropout, wrong in training alone


def in_training(formula):
    return lambda x, random, p, training: formula(x, random, p).astype(x.dtype) if training else x.copy()


# A fully connected layer that slides


def filters(weight, channels, kernel):
    return weight.reshape(len(weight), channels, *kernel)


def slid(x, weight, bias):
    """The convolution of a batch with filters, and a bias."""
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, weight) + bias[:, None, None]


def with_filters(reading):
    """The layer, its weights read in another way: ``reading(weight, C, kH, kW)``."""

    def answer(x, weight, bias, kernel):
        return slid(x, reading(weight, x.shape[1], *kernel), bias)

    return answer


def draw_slide(rng):
    N, C, C_out = either(rng, (1, 3), (1, 4)), either(rng, (1, 4), (2, 6)), either(rng, (1, 3), (1, 4))
    kH, kW = (either(rng, (1, 3), (1, 4)) for _ in range(2))
    H, W = kH + either(rng, (0, 3), (0, 6), rare=(6, 9)), kW + either(rng, (0, 4), (0, 6), rare=(6, 9))
    arrays = draw_array(rng, N, C, H, W), draw_array(rng, C_out, C * kH * kW), draw_array(rng, C_out)
    arrays = turned_now_and_then(rng, *arrays)
    return dict(zip(("x", "weight", "bias"), in_some_dtype(rng, *arrays), strict=True)) | {"kernel": (kH, kW)}


def digits_and_templates():
    """A page with the digits 0, 3 and 4, and a linear layer that says which of three mean digits is nearest.

    The distance to a mean m is ``x @ x - 2 x @ m + m @ m``. Its first term is the same for all classes, so a layer
    with the weights m and the biases ``-m @ m / 2`` is largest for the nearest one. Off both the mean over the
    classes is taken: that changes no order, and lets a map be dark where its class loses.
    """
    images, labels, _ = load("mnist_sample", "train")
    images = images[:, 0] / 255
    page = np.zeros((1, 1, 44, 100))
    for left, digit in ((6, 0), (36, 3), (66, 4)):
        page[0, 0, 8:36, left : left + 28] = images[labels == digit][1]
    means = np.array([images[labels == digit].mean(0).ravel() for digit in (0, 3, 4)])
    bias = -(means**2).sum(1) / 2
    return page, means - means.mean(0), bias - bias.mean(), (28, 28)
