"""Solutions of the questions on why convolution, as `solutions/why_convolution.ipynb` has them."""

import numpy as np


def parameters(c_in, c_out, size, kernel, *, layer="convolution", bias=True):
    """Number of weights and biases of a layer of one of the three kinds.

    parameters(1, 2, (5, 7), (3, 2)) is 14.
    """
    (H, W), (kH, kW) = size, kernel
    outputs = c_out * (H - kH + 1) * (W - kW + 1)
    units = c_out if layer == "convolution" else outputs  # that have weights of their own
    inputs = H * W if layer == "fully connected" else kH * kW  # that each of them sees in a channel
    return units * (c_in * inputs + bias)


def convolution_matrix(kernel, size):
    """Matrix of a convolution: a row for each output, a column for each pixel.

    convolution_matrix(np.array([[1, 2]]), (1, 3)) is [[1, 2, 0], [0, 1, 2]].
    """
    (H, W), (kH, kW) = size, kernel.shape
    rows = []
    for i in range(H - kH + 1):
        for j in range(W - kW + 1):
            weights = np.zeros((H, W))
            weights[i : i + kH, j : j + kW] = kernel
            rows.append(weights.ravel())
    return np.array(rows)


def locally_connected(image, weights, bias):
    """Outputs (H_out, W_out) of a layer that has weights for each place.

    locally_connected(np.eye(1), 2 * np.ones((1, 1, 1, 1)), np.eye(1)) is [[3]].
    """
    H_out, W_out, kH, kW = weights.shape
    output = np.zeros((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            window = image[i : i + kH, j : j + kW]
            output[i, j] = np.sum(window * weights[i, j]) + bias[i, j]
    return output


def convolve_shuffled(shuffled, kernel, order):
    """Convolution of the image that was shuffled into this order.

    convolve_shuffled(np.array([[5, 4]]), np.eye(1), [1, 0]) is [[4, 5]].
    """
    (H, W), (kH, kW) = shuffled.shape, kernel.shape
    matrix = convolution_matrix(kernel, (H, W))[:, order]
    return (matrix @ shuffled.ravel()).reshape(H - kH + 1, W - kW + 1)


def shift_gap(matrix, *, shift=1):
    """For each pixel: the largest difference of the two ways, an array (n,).

    shift_gap(np.array([[1, 0], [0, 4]]))[0] is 3.
    """
    found = []
    for pixel in np.eye(len(matrix)):
        moved_first = matrix @ np.roll(pixel, shift)
        moved_last = np.roll(matrix @ pixel, shift)
        found.append(np.abs(moved_first - moved_last).max())
    return np.array(found)


def strided_matrix(kernel, size, *, stride=1):
    """Matrix of a convolution in steps of `stride` pixels, down and across.

    strided_matrix(np.array([[1, 2]]), (1, 4), stride=2) is [[1, 2, 0, 0], [0, 0, 1, 2]].
    """
    (H, W), (kH, kW) = size, kernel.shape
    H_out, W_out = (H - kH) // stride + 1, (W - kW) // stride + 1
    matrix = np.zeros((H_out * W_out, H * W))
    for i, j in np.ndindex(H_out, W_out):
        for a, b in np.ndindex(kH, kW):
            output = i * W_out + j
            pixel = (i * stride + a) * W + j * stride + b
            matrix[output, pixel] = kernel[a, b]
    return matrix
