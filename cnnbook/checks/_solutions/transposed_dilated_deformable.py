"""Solutions of the exercise on transposed, dilated and deformable kernels, as its notebook in `solutions/` has them."""

import numpy as np


def transposed_size(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """How many numbers a transposed convolution makes of `size` numbers.

    transposed_size(4, 3, stride=2) is 9.
    """
    last_stamp_starts = stride * (size - 1)
    stamp_is_wide = dilation * (kernel - 1) + 1
    return last_stamp_starts + stamp_is_wide - 2 * padding + output_padding


def stamp(x, kernel, *, stride=1):
    """Transposed convolution of an array (H, W) with a kernel (kH, kW).

    stamp(np.array([[3, 1]]), np.array([[1, 2, 1]]), stride=2) is [[3, 6, 4, 2, 1]].
    """
    H, W = x.shape
    kH, kW = kernel.shape
    output = np.zeros((stride * (H - 1) + kH, stride * (W - 1) + kW))
    for i in range(H):
        for j in range(W):
            top, left = i * stride, j * stride
            output[top : top + kH, left : left + kW] += x[i, j] * kernel
    return output


def dilated_correlate(image, kernel, *, dilation=1):
    """Cross-correlation of an image (H, W) with a dilated kernel (kH, kW).

    dilated_correlate(np.array([[1, 2, 3]]), np.array([[1, 10]]), dilation=2) is [[31]].
    """
    H, W = image.shape
    kH, kW = kernel.shape
    H_out, W_out = H - dilation * (kH - 1), W - dilation * (kW - 1)
    output = np.zeros((H_out, W_out))
    for a in range(kH):
        for b in range(kW):
            top, left = a * dilation, b * dilation
            output += kernel[a, b] * image[top : top + H_out, left : left + W_out]
    return output


def bilinear(image, down, right):
    """The value of an image (H, W) at a point, and its slopes down and right.

    bilinear(np.array([[0, 8], [0, 8]]), 0.5, 0.25)[0] is 2.
    """

    def pixel(i, j):
        inside = 0 <= i < image.shape[0] and 0 <= j < image.shape[1]
        return image[i, j] if inside else 0.0

    top, left = int(np.floor(down)), int(np.floor(right))
    y, x = down - top, right - left  # where the point lies in its cell
    upper_left, upper_right = pixel(top, left), pixel(top, left + 1)
    lower_left, lower_right = pixel(top + 1, left), pixel(top + 1, left + 1)
    upper = (1 - x) * upper_left + x * upper_right
    lower = (1 - x) * lower_left + x * lower_right
    value = (1 - y) * upper + y * lower
    slope_right = (1 - y) * (upper_right - upper_left) + y * (lower_right - lower_left)
    return value, lower - upper, slope_right


def transposed_conv(x, kernel, *, stride=1, padding=0):
    """Transposed convolution by inserted zeros, cut by `padding` on each side.

    transposed_conv(np.array([[3, 1]]), np.array([[1, 2]]), stride=2) is [[3, 6, 1, 2]].
    """
    H, W = x.shape
    kH, kW = kernel.shape
    apart = np.zeros((stride * (H - 1) + 1, stride * (W - 1) + 1))
    apart[::stride, ::stride] = x
    wide = np.pad(apart, ((kH - 1, kH - 1), (kW - 1, kW - 1)))
    H_full, W_full = wide.shape[0] - kH + 1, wide.shape[1] - kW + 1
    output = np.zeros((H_full, W_full))
    for i in range(H_full):
        for j in range(W_full):
            window = wide[i : i + kH, j : j + kW]
            output[i, j] = np.sum(window * kernel[::-1, ::-1])
    return output[padding : H_full - padding, padding : W_full - padding]


def enlarge(image):
    """An image (H, W) twice as large, in three ways: flat, smooth and repeated.

    enlarge(np.array([[4]]))[0] is [[1, 1], [1, 1]].
    """
    row = np.array([1, 3, 3, 1])
    flat = stamp(image, np.ones((3, 3)) / 4, stride=2)[:-1, :-1]
    smooth = stamp(image, np.outer(row, row) / 16, stride=2)[1:-1, 1:-1]
    repeated = stamp(image, np.ones((2, 2)), stride=2)
    return flat, smooth, repeated
