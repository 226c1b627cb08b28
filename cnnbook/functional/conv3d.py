"""3-D convolution: a kernel slides through a volume (or a video) along depth, height and width.

An RGB image is no volume: its three channels are summed, and the kernel does not slide along them. That is why images
need :func:`conv2d` only.
"""

from __future__ import annotations

from .._types import Float, Gradients, NDArray, Pad, Size
from .._validate import gradient
from ._check import convolution
from ._convolve import convolve, input_gradient, weight_gradient
from ._sums import channel_total


def conv3d(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> NDArray[Float]:  # fmt: skip
    """Convolve volumes with filters: ``out[n, c, d, i, j] = sum(weight[c] * window(n, d, i, j)) + bias[c]``.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, D, H, W)
        Volumes of D frames, float32 or float64, not changed.
    weight : ndarray of shape (C_out, C_in // groups, kD, kH, kW)
    bias : ndarray of shape (C_out,), optional
    stride, padding, dilation, groups : int or tuple
        As in :func:`conv2d`, for (D, H, W).

    Returns
    -------
    ndarray of shape (N, C_out, D_out, H_out, W_out)
        Of the dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv2d`.

    Examples
    --------
    How much does a pixel change from frame to frame? Three frames of five rows and seven columns:

    >>> import numpy as np
    >>> x = np.stack([np.full((5, 7), value) for value in (1.0, 2.0, 4.0)])[None, None]
    >>> change = conv3d(x, np.array([-1.0, 1]).reshape(1, 1, 2, 1, 1))
    >>> change.shape
    (1, 1, 2, 5, 7)
    >>> change[0, 0, :, 0, 0]
    array([1., 2.])
    """
    geometry = convolution(
        x, weight, bias, letters="DHW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return convolve(x, weight, bias, geometry)


def conv3d_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
) -> Gradients[Float]:  # fmt: skip
    """Gradients of :func:`conv3d`, from the gradient of the loss with respect to its output.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out, D_out, H_out, W_out)
    x, weight, bias, stride, padding, dilation, groups
        As :func:`conv3d` took them.

    Returns
    -------
    grad_x, grad_weight, grad_bias : tuple of ndarray
        With the shapes of `x`, `weight` and `bias`; `grad_bias` is None where there is no bias.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv3d`, and for a `grad_output` that has not the shape and dtype of the output.

    Examples
    --------
    The middle frame is the later one of the first pair and the earlier one of the second: -1 + 1 = 0.

    >>> import numpy as np
    >>> x, weight = np.ones((1, 1, 3, 5, 7)), np.array([-1.0, 1]).reshape(1, 1, 2, 1, 1)
    >>> conv3d_backward(np.ones((1, 1, 2, 5, 7)), x, weight)[0][0, 0, :, 0, 0]
    array([-1.,  0.,  1.])
    """
    geometry = convolution(
        x, weight, bias, letters="DHW", stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    gradient(grad_output, (len(x), len(weight), *geometry.output), x)
    grad_x = input_gradient(grad_output, weight, geometry)
    grad_weight = weight_gradient(grad_output, x, weight.shape, geometry)
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x, grad_weight, grad_bias
