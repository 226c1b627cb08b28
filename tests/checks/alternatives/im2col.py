"""Right answers to the questions on im2col that go other ways than the reference: a check must accept them all."""

import math

import numpy as np

from cnnbook import functional
from cnnbook.arithmetic import output_size

# How many bytes?


def column_bytes_by_counting(shape, kernel, *, stride=1, padding=0, itemsize=4):
    N, C, H, W = shape
    tops, lefts = (range(0, n + 2 * padding - k + 1, stride) for n, k in zip((H, W), kernel, strict=True))
    return itemsize * N * C * kernel[0] * kernel[1] * sum(1 for top in tops for left in lefts)


def column_bytes_by_output_size(shape, kernel, *, stride=1, padding=0, itemsize=4):
    places = output_size(shape[2:], kernel, stride=stride, padding=padding)
    return np.prod([shape[0], *places, shape[1], *kernel, itemsize])


def column_bytes_of_the_matrix(shape, kernel, stride=1, padding=0, itemsize=4):
    if math.prod(shape) > 10_000:
        return column_bytes_by_output_size(shape, kernel, stride=stride, padding=padding, itemsize=itemsize)
    return functional.im2col(np.zeros(shape), kernel, stride=stride, padding=padding).size * itemsize


# Rows


def im2col_hwc_by_the_package(image, kernel, *, stride=1):
    return functional.im2col(image[None], kernel, stride=stride, layout="NHWC")


def im2col_hwc_by_windows(image, kernel, *, stride=1):
    seen = np.lib.stride_tricks.sliding_window_view(image, kernel, axis=(0, 1))[::stride, ::stride]
    return seen.transpose(0, 1, 3, 4, 2).reshape(seen.shape[0] * seen.shape[1], -1)


def im2col_hwc_by_places(image, kernel, stride=1):
    kH, kW = kernel
    tops, lefts = range(0, image.shape[0] - kH + 1, stride), range(0, image.shape[1] - kW + 1, stride)
    return np.stack([image[top : top + kH, left : left + kW].flatten() for top in tops for left in lefts])


def im2col_chw_by_the_package(image, kernel, *, stride=1, padding=0):
    return functional.im2col(image[None], kernel, stride=stride, padding=padding)


def im2col_chw_by_taps(image, kernel, *, stride=1, padding=0):
    """A column at a time: what one number of the window meets at all places."""
    padded = np.pad(image, [(0, 0), (padding, padding), (padding, padding)])
    down, across = ((n - k) // stride + 1 for n, k in zip(padded.shape[1:], kernel, strict=True))
    columns = [
        channel[i : i + (down - 1) * stride + 1 : stride, j : j + (across - 1) * stride + 1 : stride].ravel()
        for channel in padded for i in range(kernel[0]) for j in range(kernel[1])
    ]  # fmt: skip
    return np.array(columns).T


def im2col_chw_by_indices(image, kernel, *, stride=1, padding=0):
    frame = np.zeros((len(image), image.shape[1] + 2 * padding, image.shape[2] + 2 * padding))
    frame[:, padding : padding + image.shape[1], padding : padding + image.shape[2]] = image
    numbers = np.arange(frame.size, dtype=float).reshape(frame.shape)
    return frame.ravel()[functional.im2col(numbers[None], kernel, stride=stride).astype(int)]


# A convolution


def conv_by_the_package(image, weight, *, stride=1, padding=0):
    return functional.conv2d_direct(image[None], weight, stride=stride, padding=padding)[0]


def conv_by_a_matrix_of_filters(image, weight, *, stride=1, padding=0):
    rows = functional.im2col(image[None], weight.shape[2:], stride=stride, padding=padding)
    places = output_size(image.shape[1:], weight.shape[2:], stride=stride, padding=padding)
    return (weight.reshape(len(weight), -1) @ rows.T).reshape(-1, *places)


def conv_by_moving_an_axis(image, weight, stride=1, padding=0):
    rows = functional.im2col(image[None], weight.shape[2:], stride=stride, padding=padding)
    places = output_size(image.shape[1:], weight.shape[2:], stride=stride, padding=padding)
    product = np.einsum("pk,ok->po", rows, weight.reshape(len(weight), -1))
    return np.moveaxis(product.reshape(*places, -1), -1, 0)


# The way back


def col2im_by_the_package(columns, shape, kernel, *, stride=1, padding=0):
    return functional.col2im(columns, (1, *shape), kernel, stride=stride, padding=padding)[0]


def col2im_by_adding_at(columns, shape, kernel, *, stride=1, padding=0):
    C, H, W = shape
    frame = np.zeros((C, H + 2 * padding, W + 2 * padding))
    numbers = np.arange(float(frame.size)).reshape(1, *frame.shape)
    np.add.at(frame.reshape(-1), functional.im2col(numbers, kernel, stride=stride).astype(int), columns)
    return frame[:, padding : H + padding, padding : W + padding]


def col2im_pixel_by_pixel(columns, shape, kernel, *, stride=1, padding=0):
    (C, H, W), (kH, kW) = shape, kernel
    across = (W + 2 * padding - kW) // stride + 1
    image = np.zeros(shape)
    for place, row in enumerate(columns.reshape(-1, C, kH, kW)):
        for c, i, j in np.ndindex(C, kH, kW):
            y, x = place // across * stride + i - padding, place % across * stride + j - padding
            if 0 <= y < H and 0 <= x < W:
                image[c, y, x] += row[c, i, j]
    return image


# Backward


def conv_gradients_by_the_package(grad_output, image, weight, *, stride=1):
    grad_image, grad_weight, _ = functional.conv2d_backward(grad_output[None], image[None], weight, stride=stride)
    return grad_image[0], grad_weight


def conv_gradients_by_places(grad_output, image, weight, *, stride=1):
    grad_image, grad_weight = np.zeros_like(image), np.zeros_like(weight)
    for c, i, j in np.ndindex(grad_output.shape):
        window = np.s_[:, i * stride : i * stride + weight.shape[2], j * stride : j * stride + weight.shape[3]]
        grad_image[window] += grad_output[c, i, j] * weight[c]
        grad_weight[c] += grad_output[c, i, j] * image[window]
    return [grad_image, grad_weight]


ALTERNATIVES = {
    "column_bytes": [column_bytes_by_counting, column_bytes_by_output_size, column_bytes_of_the_matrix],
    "im2col_hwc": [im2col_hwc_by_the_package, im2col_hwc_by_windows, im2col_hwc_by_places],
    "im2col_chw": [im2col_chw_by_the_package, im2col_chw_by_taps, im2col_chw_by_indices],
    "conv_by_im2col": [conv_by_the_package, conv_by_a_matrix_of_filters, conv_by_moving_an_axis],
    "col2im": [col2im_by_the_package, col2im_by_adding_at, col2im_pixel_by_pixel],
    "conv_gradients": [conv_gradients_by_the_package, conv_gradients_by_places],
}
