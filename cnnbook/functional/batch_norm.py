"""Batch normalisation: each channel gets mean 0 and variance 1, then a learned scale and shift.

`batch_norm_direct` is the formula. `batch_norm` is fast: it takes a few planes (one channel of one image) at a time, so
that they are still in the processor's cache when they are used again; it gets mean and variance in one pass over the
images, as the variance of a channel is the mean of its planes' variances plus the variance of their means; and it
multiplies the formula out, to ``scale * x + shift`` with one scale and shift a channel.
"""

from __future__ import annotations

from math import prod

import numpy as np

from .._types import Float, NDArray
from .._validate import array, flag, gradient, number, same_dtype, shape
from ._sums import mean as mean_of
from ._sums import total

_BLOCK_BYTES = 200_000  # of planes at a time; a core's cache holds one or two MiB, and there are three such arrays
_PIECE = 1 << 12  # numbers of a plane that are added up in float32


def batch_norm(
    x: NDArray[Float], running_mean: NDArray[Float], running_var: NDArray[Float], weight: NDArray[Float],
    bias: NDArray[Float],
    *, training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> tuple[NDArray[Float], NDArray[Float], NDArray[Float]]:  # fmt: skip
    """Normalise each channel over the batch and all pixels, or by running statistics.

    ``output = weight * (x - mean) / sqrt(var + eps) + bias``, one mean, variance, weight and bias a channel. In
    training mean and variance are the batch's own, and the running ones move towards them:
    ``running = (1 - momentum) * running + momentum * batch``. In evaluation the running ones are used, and stay.

    Parameters
    ----------
    x : ndarray of shape (N, C, ...)
        float32 or float64; images (N, C, H, W), or (N, C) after a fully connected layer.
    running_mean, running_var, weight, bias : ndarray of shape (C,)
        Before any training: zeros, ones, ones and zeros.
    training : bool
        Whether to use the batch's statistics.
    momentum : float
        Share of the batch in the running statistics, from 0 to 1. (Other libraries call ``1 - momentum`` momentum.)
    eps : float
        Keeps the division from blowing up where a channel hardly varies.

    Returns
    -------
    output : ndarray of the shape of `x`
    running_mean, running_var : ndarray of shape (C,)
        New arrays. The output is divided by the biased variance (sum of squares over the count n), the running one
        collects the unbiased one (over n - 1), as in PyTorch and the paper.

    Raises
    ------
    TypeError, ValueError
        For anything but such arrays, all of one dtype; in training for one number a channel, whose variance says
        nothing; for a negative running variance; for options out of range.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
    ICML 2015, algorithm 1.

    Examples
    --------
    One channel with the numbers 1, 3, 5, 7: mean 4, variance 5 (biased) and 20/3 (unbiased).

    >>> x = np.array([1.0, 3.0, 5.0, 7.0]).reshape(2, 1, 2, 1)
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> output, running_mean, running_var = batch_norm(x, zero, one, one, zero, training=True, eps=4.0)
    >>> output.reshape(4)                                   # (x - 4) / sqrt(5 + 4)
    array([-1.        , -0.33333333,  0.33333333,  1.        ])
    >>> running_mean, running_var.round(4)                  # 0.9 * 0 + 0.1 * 4 and 0.9 * 1 + 0.1 * 20/3
    (array([0.4]), array([1.5667]))
    """
    training, momentum, eps = _check(x, running_mean, running_var, weight, bias, training, momentum, eps)
    planes, N, C = _planes(x), *x.shape[:2]
    count = x.size // C
    mean, var = running_mean, running_var
    if training and N:
        plane_mean, plane_var = _plane_statistics(planes)
        mean, var = _channel_statistics(plane_mean, plane_var, C)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * (count / (count - 1))
    else:
        running_mean, running_var = running_mean.copy(), running_var.copy()

    scale = weight / np.sqrt(var + eps)
    scale, shift = _per_plane(scale, N), _per_plane(bias - scale * mean, N)
    output = np.empty_like(planes)
    for block in _blocks(planes):
        np.multiply(planes[block], scale[block], out=output[block])
        output[block] += shift[block]
    return output.reshape(x.shape), running_mean, running_var


def batch_norm_backward(
    grad_output: NDArray[Float], x: NDArray[Float], running_mean: NDArray[Float], running_var: NDArray[Float],
    weight: NDArray[Float], bias: NDArray[Float],
    *, training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> tuple[NDArray[Float], None, None, NDArray[Float], NDArray[Float]]:  # fmt: skip
    """Gradients of :func:`batch_norm`.

    With ``x_hat = (x - mean) / sqrt(var + eps)`` and sums over the n numbers of a channel: ``grad_bias = sum of g``,
    ``grad_weight = sum of g * x_hat``, and in training, where mean and variance depend on x too,
    ``grad_x = weight / sqrt(var + eps) * (g - grad_bias / n - x_hat * grad_weight / n)``. In evaluation only g is left
    in that bracket.

    Parameters
    ----------
    grad_output : ndarray of the shape of `x`
        Gradient of the loss with respect to the output.
    x, running_mean, running_var, weight, bias, training, momentum, eps
        As :func:`batch_norm` took them.

    Returns
    -------
    (grad_x, None, None, grad_weight, grad_bias) : tuple
        Each of the shape of its array. The running statistics are not learned, so they have no gradient: None.

    Raises
    ------
    TypeError, ValueError
        As :func:`batch_norm`, and for a gradient of another shape or dtype than the output.

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 5.0, 7.0]).reshape(2, 1, 2, 1)
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> grad_output = np.array([0.0, 0.0, 12.0, 0.0]).reshape(x.shape)
    >>> grad_x, _, _, grad_weight, grad_bias = batch_norm_backward(
    ...     grad_output, x, zero, one, one, zero, training=True, eps=4.0
    ... )
    >>> grad_weight, grad_bias                               # x_hat is -1, -1/3, 1/3, 1
    (array([4.]), array([12.]))
    >>> grad_x.reshape(4)                                    # 1/3 * (g - 12/4 - x_hat * 4/4)
    array([-0.66666667, -0.88888889,  2.88888889, -1.33333333])
    """
    training, momentum, eps = _check(x, running_mean, running_var, weight, bias, training, momentum, eps)
    gradient(grad_output, x.shape, x)
    planes, grads, N, C = _planes(x), _planes(grad_output), *x.shape[:2]
    count = max(1, x.size // C)  # an empty batch has no gradients to divide
    plane_mean, plane_var, plane_grad, plane_product = _plane_statistics(planes, grads)
    mean, var = running_mean, running_var
    if training and N:
        mean, var = _channel_statistics(plane_mean, plane_var, C)

    inverse = 1 / np.sqrt(var + eps)
    # sum of g * (x - mean), from the sums of g * (x - mean of the plane)
    product = plane_product + plane_grad * (plane_mean - np.tile(mean, N))
    grad_weight = total(product.reshape(N, C), 0) * inverse
    grad_bias = total(plane_grad.reshape(N, C), 0)

    scale = weight * inverse
    if not training:
        return grad_output * scale.reshape(C, *[1] * (x.ndim - 2)), None, None, grad_weight, grad_bias
    # The formula with its bracket multiplied out: scale * (g + slope * x + shift).
    slope = -inverse * grad_weight / count
    shift = -grad_bias / count - slope * mean
    scale, slope, shift = (_per_plane(a, N) for a in (scale, slope, shift))
    grad_x = np.empty_like(planes)
    for block in _blocks(planes):
        np.multiply(planes[block], slope[block], out=grad_x[block])
        grad_x[block] += grads[block]
        grad_x[block] += shift[block]
        grad_x[block] *= scale[block]
    return grad_x.reshape(x.shape), None, None, grad_weight, grad_bias


def batch_norm_direct(
    x: NDArray[Float], running_mean: NDArray[Float], running_var: NDArray[Float], weight: NDArray[Float],
    bias: NDArray[Float],
    *, training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> tuple[NDArray[Float], NDArray[Float], NDArray[Float]]:  # fmt: skip
    """The same function as :func:`batch_norm`, as the formula says it.

    >>> x = np.array([1.0, 3.0, 5.0, 7.0]).reshape(2, 1, 2, 1)
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> batch_norm_direct(x, zero, one, one, zero, training=True, eps=4.0)[0].reshape(4)
    array([-1.        , -0.33333333,  0.33333333,  1.        ])
    """
    training, momentum, eps = _check(x, running_mean, running_var, weight, bias, training, momentum, eps)
    channel, rest = _channel_and_rest(x)
    mean, var = running_mean, running_var
    if training and len(x):
        count = x.size // len(weight)
        mean, var = _mean_and_variance(x, rest)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * (count / (count - 1))
    x_hat = (x - mean.reshape(channel)) / np.sqrt(var + eps).reshape(channel)
    return weight.reshape(channel) * x_hat + bias.reshape(channel), running_mean.copy(), running_var.copy()


def batch_norm_direct_backward(
    grad_output: NDArray[Float], x: NDArray[Float], running_mean: NDArray[Float], running_var: NDArray[Float],
    weight: NDArray[Float], bias: NDArray[Float],
    *, training: bool, momentum: float = 0.1, eps: float = 1e-5,
) -> tuple[NDArray[Float], None, None, NDArray[Float], NDArray[Float]]:  # fmt: skip
    """The same function as :func:`batch_norm_backward`, as the formula says it.

    >>> x, grad_output = np.array([[1.0], [3.0], [5.0], [7.0]]), np.array([[0.0], [0.0], [12.0], [0.0]])
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> batch_norm_direct_backward(grad_output, x, zero, one, one, zero, training=True, eps=4.0)[0].reshape(4)
    array([-0.66666667, -0.88888889,  2.88888889, -1.33333333])
    """
    training, momentum, eps = _check(x, running_mean, running_var, weight, bias, training, momentum, eps)
    gradient(grad_output, x.shape, x)
    channel, rest = _channel_and_rest(x)
    mean, var = running_mean, running_var
    if training and len(x):
        mean, var = _mean_and_variance(x, rest)
    deviation = np.sqrt(var + eps).reshape(channel)
    x_hat = (x - mean.reshape(channel)) / deviation
    grad_weight, grad_bias = total(grad_output * x_hat, rest), total(grad_output, rest)
    bracket = grad_output
    if training and len(x):
        count = x.size // len(weight)
        bracket = grad_output - grad_bias.reshape(channel) / count - x_hat * grad_weight.reshape(channel) / count
    return weight.reshape(channel) / deviation * bracket, None, None, grad_weight, grad_bias


def _check(x, running_mean, running_var, weight, bias, training, momentum, eps):
    array("x", x, (2, 3, 4, 5), axes="N, C, ...")
    C = x.shape[1]
    channels = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, numbers in channels.items():
        array(name, numbers, 1, axes="C")
        shape(name, numbers, (C,), "one number a channel of x")
    same_dtype(x=x, **channels)
    if (running_var < 0).any():
        raise ValueError(f"running_var {running_var.min()} is negative, but a variance is not: start it with ones")
    training = flag("training", training)
    if training and x.size == C:
        raise ValueError(
            f"x has shape {x.shape}, one number a channel, and one number has no variance: "
            "use a larger batch or training=False"
        )
    return training, number("momentum", momentum, 0, 1), number("eps", eps, 0)


def _channel_and_rest(x):
    """Shape that puts one number a channel beside x, such as (C, 1, 1), and all axes but the channels'."""
    return (x.shape[1], *[1] * (x.ndim - 2)), (0, *range(2, x.ndim))


def _planes(x):
    """(N, C, ...) -> (N * C, pixels): one row a plane."""
    N, C, *rest = x.shape
    return x.reshape(N * C, prod(rest))


def _per_plane(numbers, N):
    """One number a channel, (C,) -> one a plane, (N * C, 1)."""
    return np.tile(numbers, N)[:, None]


def _per_block(planes):
    return max(1, _BLOCK_BYTES // (planes.shape[1] * planes.itemsize))


def _blocks(planes):
    count = _per_block(planes)
    return [slice(first, first + count) for first in range(0, len(planes), count)]


def _plane_statistics(planes, grads=None):
    """Mean and variance of each plane; with `grads`, also the sums of g and of g * (x - mean of the plane)."""
    mean, var, grad, product = np.empty((4, len(planes)), planes.dtype)
    P = planes.shape[1]
    workspace = np.empty_like(planes[: _per_block(planes)])
    for block in _blocks(planes):
        mean[block] = _in_pieces(_sum, planes[block]) / P
        centred = np.subtract(planes[block], mean[block, None], out=workspace[: len(planes[block])])
        var[block] = _in_pieces(np.vecdot, centred, centred) / P
        if grads is not None:
            grad[block] = _in_pieces(_sum, grads[block])
            product[block] = _in_pieces(np.vecdot, grads[block], centred)
    return (mean, var) if grads is None else (mean, var, grad, product)


def _channel_statistics(plane_mean, plane_var, C):
    """Mean and variance of each channel: all its planes are equally large, so theirs are averaged."""
    plane_mean, plane_var = plane_mean.reshape(-1, C), plane_var.reshape(-1, C)  # (N, C)
    mean, var = _mean_and_variance(plane_mean, 0)
    return mean, mean_of(plane_var, 0) + var


def _mean_and_variance(x, axis):
    return mean_of(x, axis), x.var(axis=axis, dtype=np.float64).astype(x.dtype)


def _in_pieces(function, *planes):
    """One sum a plane, as `function` gives it for a piece: a long sum in float32 would lose digits."""
    pieces = (slice(first, first + _PIECE) for first in range(0, planes[0].shape[1], _PIECE))
    return sum(function(*(plane[:, piece] for plane in planes)).astype(np.float64) for piece in pieces)


def _sum(planes):
    return planes @ np.ones(planes.shape[1], planes.dtype)  # a product with ones is a sum, and faster than sum()
