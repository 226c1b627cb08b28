"""Dropout: in training, some numbers become zero by chance, so that no unit can rely on another."""

from __future__ import annotations

import numpy as np

from .._types import Float, NDArray
from .._validate import flag, floats, generator, number, same_dtype, shape


def dropout(
    x: NDArray[Float], *, p: float, training: bool, rng: np.random.Generator
) -> tuple[NDArray[Float], NDArray[Float]]:
    """Set each number to zero with probability p, and scale the others by ``1 / (1 - p)``.

    The scaling ("inverted" dropout) keeps the expected output the same as without dropout, so that nothing has to be
    scaled in evaluation, where every number passes.

    Parameters
    ----------
    x : ndarray
        float32 or float64, of any shape.
    p : float
        Probability that a number is dropped, from 0 to 1.
    training : bool
        Whether anything is dropped at all.
    rng : numpy.random.Generator
        Decides which; the same seed drops the same ones, in float32 and in float64. Not used, and may be None, in
        evaluation.

    Returns
    -------
    output, mask : ndarray
        New arrays of the shape and dtype of `x`. The mask holds 0 and ``1 / (1 - p)``, the output is ``x * mask``, and
        :func:`dropout_backward` needs the mask.

    Raises
    ------
    TypeError, ValueError
        For anything but such an array, for a p out of range, and without a generator in training.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.

    Examples
    --------
    >>> output, mask = dropout(np.arange(1.0, 7.0), p=0.5, training=True, rng=np.random.default_rng(3))
    >>> mask
    array([2., 0., 0., 0., 0., 2.])
    >>> output
    array([ 2.,  0.,  0.,  0.,  0., 12.])
    """
    floats("x", x)
    p, training = number("p", p, 0, 1), flag("training", training)
    if not training or p == 0:
        return x.copy(), np.ones(x.shape, x.dtype)
    mask = (generator("rng", rng).random(x.shape, np.float32) >= p).astype(x.dtype)
    if p < 1:  # where all are dropped there is nothing to scale
        mask /= 1 - p
    return x * mask, mask


def dropout_backward(grad_output: NDArray[Float], mask: NDArray[Float]) -> tuple[NDArray[Float]]:
    """Gradient of :func:`dropout`: what was dropped gets none, what was scaled gets it scaled.

    Parameters
    ----------
    grad_output : ndarray
        Gradient of the loss with respect to the output.
    mask : ndarray of the same shape
        From :func:`dropout`.

    Returns
    -------
    (grad_x,) : tuple of ndarray

    Raises
    ------
    TypeError, ValueError
        For anything but two such arrays of one shape and dtype.

    Examples
    --------
    >>> dropout_backward(np.array([1.0, 10.0, 100.0]), np.array([0.0, 2.0, 2.0]))[0]
    array([  0.,  20., 200.])
    """
    floats("grad_output", grad_output)
    floats("mask", mask)
    same_dtype(grad_output=grad_output, mask=mask)
    shape("mask", mask, grad_output.shape, "the shape of grad_output")
    return (grad_output * mask,)
