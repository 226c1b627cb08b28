"""Solutions of the questions on cross-correlation, as `solutions/cross_correlation.ipynb` has them."""

import numpy as np


def cross_correlate(image, kernel, *, bias=0.0):
    """Cross-correlation of an image (H, W) with a kernel (kH, kW), without padding.

    cross_correlate(np.array([[1, 2, 3]]), np.array([[1, -1]])) is [[-1, -1]].
    """
    H, W = image.shape
    kH, kW = kernel.shape
    output = np.zeros((H - kH + 1, W - kW + 1))
    for i in range(H - kH + 1):
        for j in range(W - kW + 1):
            window = image[i : i + kH, j : j + kW]
            output[i, j] = np.sum(window * kernel) + bias
    return output


def convolve(image, kernel, *, full=False):
    """Convolution of an image (H, W) with a kernel (kH, kW).

    convolve(np.array([[1, 2, 3]]), np.array([[1, -1]])) is [[1, 1]].
    """
    kH, kW = kernel.shape
    if full:
        image = np.pad(image, ((kH - 1, kH - 1), (kW - 1, kW - 1)))
    return cross_correlate(image, kernel[::-1, ::-1])


def edges(image):
    """Vertical edges, horizontal edges, and their strength: three arrays (H - 2, W - 2).

    edges(np.array([[0, 0, 4]] * 3))[0] is [[16]].
    """
    right_minus_left = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    vertical = cross_correlate(image, right_minus_left)
    horizontal = cross_correlate(image, right_minus_left.T)
    return vertical, horizontal, np.sqrt(vertical**2 + horizontal**2)


def kernel_gradient(image, grad_output):
    """Gradient of the loss by the kernel: an array (kH, kW).

    kernel_gradient(np.array([[1, 2, 3]]), np.array([[1, 10]])) is [[21, 32]].
    """
    H, W = image.shape
    H_out, W_out = grad_output.shape
    gradient = np.zeros((H - H_out + 1, W - W_out + 1))
    for i in range(H_out):
        for j in range(W_out):
            window = image[i : i + gradient.shape[0], j : j + gradient.shape[1]]
            gradient += grad_output[i, j] * window
    return gradient


def strided_correlate(image, kernel, *, stride=1):
    """Cross-correlation in steps of `stride` pixels, down and across.

    strided_correlate(np.array([[1, 2, 3, 4]]), np.array([[1, 1]]), stride=2) is [[3, 7]].
    """
    H, W = image.shape
    kH, kW = kernel.shape
    H_out, W_out = (H - kH) // stride + 1, (W - kW) // stride + 1
    output = np.zeros((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = image[top : top + kH, left : left + kW]
            output[i, j] = np.sum(window * kernel)
    return output
