"""Local response normalisation: a channel is damped where the channels beside it are strong."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import array, gradient, integer, number


def local_response_norm(
    x: NDArray[Float], *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> NDArray[Float]:
    """Divide each number by a power of the squares of its neighbours, at the same pixel in `size` adjacent channels.

    ``output = x / (k + alpha / size * sum of x^2 over channels c - size // 2 to c + (size - 1) // 2) ^ beta``; channels
    beyond the first and last count as zeros.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        float32 or float64.
    size : int
        Number of channels in the sum.
    alpha, beta, k : float
        Strength, exponent and constant. As in PyTorch, alpha is divided by `size`. The paper does not do that: its
        alpha = 1e-4 with size 5 and k = 2 is ``alpha=5e-4, k=2`` here.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError, ValueError
        For anything but such an array, for a size below 1, and for a negative alpha or k.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", NeurIPS 2012,
    section 3.3.

    Examples
    --------
    One pixel, three channels; the sums of squares are 1 + 4, 1 + 4 + 4 and 4 + 4:

    >>> x = np.array([1.0, 2.0, 2.0]).reshape(1, 3, 1, 1)
    >>> local_response_norm(x, size=3, alpha=3.0, beta=1.0, k=1.0).reshape(3)
    array([0.16666667, 0.2       , 0.22222222])
    """
    return x / _base(x, size, alpha, k) ** number("beta", beta)


def local_response_norm_backward(
    grad_output: NDArray[Float], x: NDArray[Float],
    *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0,
) -> tuple[NDArray[Float]]:  # fmt: skip
    """Gradient of :func:`local_response_norm`: a number acts on its own output, and on those of its neighbours.

    With ``base = k + alpha / size * sum of squares``: ``grad_x = g * base^-beta - 2 * alpha * beta / size * x * sum of
    (g * x * base^(-beta - 1))``, where the last sum runs over the channels in whose window x lies.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to the output.
    x, size, alpha, beta, k
        As in :func:`local_response_norm`.

    Returns
    -------
    (grad_x,) : tuple of ndarray of shape (N, C, H, W)

    Raises
    ------
    TypeError, ValueError
        As :func:`local_response_norm`, and for a gradient of another shape or dtype than the output.

    Examples
    --------
    A window of one channel, so ``output = x / (1 + x^2)``, whose slope is ``(1 - x^2) / (1 + x^2)^2``:

    >>> x = np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    >>> local_response_norm_backward(np.full_like(x, 25.0), x, size=1, alpha=1.0, beta=1.0)[0].reshape(2)
    array([ 0., -3.])
    """
    base, size, beta = _base(x, size, alpha, k), integer("size", size, 1), number("beta", beta)
    gradient(grad_output, x.shape, x)
    damped = grad_output * base**-beta
    # A channel looks size // 2 back, so it is seen from size // 2 ahead: the same window, turned around.
    seen_from = _sum_channels(damped * x / base, before=(size - 1) // 2, after=size // 2)
    return (damped - 2 * alpha * beta / size * x * seen_from,)


def _base(x, size, alpha, k):
    array("x", x, 4, axes="N, C, H, W")
    size, alpha, k = integer("size", size, 1), number("alpha", alpha, 0), number("k", k, 0)
    return k + alpha / number("size", size) * _sum_channels(x * x, before=size // 2, after=(size - 1) // 2)


def _sum_channels(x, before, after):
    """Sum over the channels from `before` channels back to `after` channels ahead."""
    C = x.shape[1]
    before, after = min(before, C), min(after, C)  # further away there is none
    padded = np.pad(x, ((0, 0), (before, after), (0, 0), (0, 0)))
    total = padded[:, :C].copy()
    for first in range(1, before + after + 1):
        total += padded[:, first : first + C]
    return total
