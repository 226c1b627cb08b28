"""What answers on batch normalisation are made of, right ones and wrong ones, and how their cases are drawn.

Cases hold whole numbers, as floats, in float64 and float32; an answer keeps the dtype of its input.
"""

import numpy as np

from ._layers import either

CHANNEL = (0, 2, 3)  # the axes that a channel's statistics are taken over
ONE_EACH = dict.fromkeys(("gamma", "beta", "running_mean", "running_var"), "C")


def beside(numbers):
    """One number a channel, (C,), in a shape that goes with (N, C, H, W)."""
    return numbers[:, None, None]


def scaled(x, gamma, beta, mean, var, eps=1e-5):
    """Normalised by statistics of any shape that goes with x, then scaled and shifted."""
    return beside(gamma) * ((x - mean) / np.sqrt(var + eps)) + beside(beta)


def moved(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def over(x, axes):
    """Mean and biased variance, with axes of size one left where they were taken."""
    return x.mean(axes, keepdims=True), x.var(axes, keepdims=True)


def unbiased(var, x):
    n = x.size // x.shape[1]
    return var * (n / (n - 1))


# What is asked, with other statistics or parts left out


def trained(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, *, normal=None, kept=None):
    """Normalised by the statistics `normal`, and moved towards `kept`: the batch's, where they are left out."""
    mean, var = over(x, CHANNEL)
    kept = kept or (mean.ravel(), unbiased(var.ravel(), x))
    output = scaled(x, gamma, beta, *(normal or (mean, var)), eps)
    return output, *(moved(old, new, momentum) for old, new in zip((running_mean, running_var), kept, strict=True))


def wrongly_over(axes):
    """Statistics over other axes; running ones are then means of what should have been one number a channel."""

    def change(x, *_):
        mean, var = over(x, axes)
        in_full = (np.broadcast_to(a, x.shape).mean(CHANNEL) for a in (mean, var))
        mean_kept, var_kept = in_full
        return (mean, var), (mean_kept, unbiased(var_kept, x))

    return change


def of_each_image(x, *_):
    """A mean and a variance for each image and channel, in the shape (N, C) that NumPy gives them."""
    mean, var = over(x, (2, 3))
    return (mean, var), (mean[..., 0, 0], unbiased(var[..., 0, 0], x))


def by_the_running(x, mean, var, momentum, eps):
    new = x.mean(CHANNEL), unbiased(x.var(CHANNEL), x)
    after = [moved(old, now, momentum) for old, now in zip((mean, var), new, strict=True)]
    return tuple(map(beside, after)), None


def by_the_images(x, *_):
    """The variance made unbiased by the number of images: with one image, a division by zero."""
    return None, (x.mean(CHANNEL), x.var(CHANNEL) * len(x) / (len(x) - 1))


def gradients(grad_output, x, gamma, eps, *, mean=True, product=True, count=None, scale=True):
    """With parts of the bracket left out, or sums that are divided by another count."""
    centre, var = over(x, CHANNEL)
    s = np.sqrt(var + eps)
    x_hat, count = (x - centre) / s, count or x.size // x.shape[1]
    grad_beta = grad_output.sum(CHANNEL)
    grad_gamma = (grad_output * x_hat).sum(CHANNEL)
    bracket = grad_output - mean * beside(grad_beta) / count - product * x_hat * beside(grad_gamma) / count
    return (beside(gamma) if scale else 1) / s * bracket, grad_gamma, grad_beta


def folded(kernels, bias, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return kernels * scale[:, None, None, None], beta + (bias - mean) * scale


def layer(
    x, gamma, beta, running_mean, running_var, training, momentum, eps,
    *, from_batch=False, reversed_momentum=False, images_apart=False,
):  # fmt: skip
    """With some of its faults."""
    mean, var = x.mean(CHANNEL), x.var((2, 3)).mean(0) if images_apart else x.var(CHANNEL)
    if training:
        part = 1 - momentum if reversed_momentum else momentum
        running = moved(running_mean, mean, part), moved(running_var, unbiased(var, x), part)
    else:
        running = running_mean, running_var
        mean, var = (mean, var) if from_batch else running
    return scaled(x, gamma, beta, beside(mean), beside(var), eps), *running


# Wrong answers


def evaluated(change):
    """What another formula makes of each number, with one number a channel in the right shape."""

    def answer(x, gamma, beta, running_mean, running_var, eps):
        return change(x, *map(beside, (gamma, beta, running_mean, running_var)), eps)

    return answer


def training(change):
    """Other statistics: `change` of the batch and all the rest gives (normal, kept), None where they are right."""

    def answer(x, gamma, beta, running_mean, running_var, momentum, eps):
        normal, kept = change(x, running_mean, running_var, momentum, eps)
        return trained(x, gamma, beta, running_mean, running_var, momentum, eps, normal=normal, kept=kept)

    return answer


def without(**parts):
    return lambda grad_output, x, gamma, eps: gradients(grad_output, x, gamma, eps, **parts)


def folding(change):
    """The right kernels, and a bias of another formula."""

    def answer(bias, gamma, beta, running_mean, running_var, eps, answer):
        return answer[0], change(bias, gamma / np.sqrt(running_var + eps), beta, running_mean)

    return answer


def faulty(**faults):
    def answer(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
        return layer(x, gamma, beta, running_mean, running_var, training, momentum, eps, **faults)

    return answer


def broken(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    faults = {"from_batch": True, "reversed_momentum": True, "images_apart": True}
    return layer(x, gamma, beta, running_mean, running_var, training, momentum, eps, **faults)


# How cases are drawn

SCALES = (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0)


def whole(rng, *shape, low=-4, high=5):
    return rng.integers(low, high, shape).astype(float)


def draw_x(rng):
    """Channels of different means, one of them constant now and then; seldom a single number a channel."""
    N, C, H, W = (either(rng, (1, 4), (1, most)) for most in (5, 5, 6, 7))
    x = whole(rng, N, C, H, W) + whole(rng, C, 1, 1)
    if rng.random() < 0.15:
        x[:, rng.integers(C)] = either(rng, (-3, 4))
    return symmetric_at_times(rng, x)


def symmetric_at_times(rng, maps):
    """The same after half a turn, now and then."""
    return maps + maps[..., ::-1, ::-1] if rng.random() < 0.1 else maps


def draw_four(rng, C):
    return {
        "gamma": rng.choice(SCALES, C), "beta": whole(rng, C), "running_mean": whole(rng, C),
        "running_var": rng.integers(1, 37, C) / 4,
    }  # fmt: skip


def draw_options(rng, *names):
    values = {"eps": (0.25, 1.0, 4.0), "momentum": (0.25, 0.5, 0.75, 0.0, 1.0)}
    return {name: float(rng.choice(values[name])) for name in names if rng.random() < 0.6}


def in_one_dtype(rng, drawn):
    """All arrays in float32, now and then."""
    if rng.random() < 0.75:
        return drawn
    return {name: value.astype(np.float32) if hasattr(value, "astype") else value for name, value in drawn.items()}


def draw_training(rng):
    x = draw_x(rng)
    if x.size == x.shape[1]:
        return None
    return in_one_dtype(rng, {"x": x} | draw_four(rng, x.shape[1]) | draw_options(rng, "momentum", "eps"))


X = np.array([[[[1, 3]], [[0, 0]]], [[[3, 9]], [[2, 6]]]], float)  # two images, two channels of one row
GAMMA, BETA = np.array([3.0, 1.0]), np.array([1.0, -1.0])
MEAN, VAR = np.array([2.0, 1.0]), np.array([4.0, 9.0])
BEFORE = np.zeros(2), np.ones(2)  # running statistics at the start
BIG = (np.arange(60.0) * 7 % 11).reshape(2, 2, 5, 3)
SINGLE = [a.astype(np.float32) for a in (X, GAMMA, BETA, MEAN, VAR)]

SHAPES = {
    "one_image": lambda N: N == 1,
    "one_channel": lambda C: C == 1,
    "higher_image": lambda H, W: H > W,
    "as_wide_as_channels": lambda C, W: C == W,
    "in_float32": lambda gamma: gamma.dtype == np.float32,
    "negative_scale": lambda gamma: bool((gamma < 0).any()),
}
NORMED = {
    "one_place": lambda H, W: H * W == 1,
    "a_constant_channel": lambda x: bool((x.var(CHANNEL) == 0).any()),
}
TWO_NUMBERS = {"two_numbers_a_channel": lambda N, H, W: N * H * W == 2}
