"""Layers counted and written as matrices, for the questions on why convolution: right ones, and what goes wrong."""

import numpy as np

from ._layers import either


def places_of(size, kernel):
    return (size[0] - kernel[0] + 1) * (size[1] - kernel[1] + 1)


def count(c_in, c_out, size, kernel, layer, bias=True, *, biases=None, places=None):
    outputs = c_out * (places_of(size, kernel) if places is None else places)
    units = c_out if layer == "convolution" else outputs
    seen = size if layer == "fully connected" else kernel
    return units * c_in * seen[0] * seen[1] + bias * (biases or units)


def windows(image, kH, kW):
    return np.lib.stride_tricks.sliding_window_view(image, (kH, kW))


def unshared(image, weights, bias):
    return np.einsum("ijab,ijab->ij", windows(image, *weights.shape[2:]), weights) + bias


def correlate(image, kernel):
    return np.einsum("ijab,ab->ij", windows(image, *kernel.shape), kernel)


def matrix_of(kernel, size, stride=1):
    """The matrix of a convolution: a row for each output, a column for each pixel."""
    (H, W), (kH, kW) = size, kernel.shape
    H_out, W_out = (H - kH) // stride + 1, (W - kW) // stride + 1
    matrix = np.zeros((H_out, W_out, H, W))
    for i, j in np.ndindex(H_out, W_out):
        top, left = i * stride, j * stride
        matrix[i, j, top : top + kH, left : left + kW] = kernel
    return matrix.reshape(H_out * W_out, H * W)


# Mistakes in the matrix of a convolution


def counted_down(rows, H, W):
    """Rows that belong to a grid of H x W, which are counted along its rows: counted down its columns."""
    return rows.reshape(H, W, -1).swapaxes(0, 1).reshape(rows.shape)


def across_row_ends(kernel, size):
    """Every place of the flattened kernel in the flattened image, those that go round the end of a row too."""
    (H, W), (kH, kW) = size, kernel.shape
    taps = np.zeros((kH, W))
    taps[:, :kW] = kernel
    taps = taps.ravel()[: (kH - 1) * W + kW]
    rows = H * W - len(taps) + 1
    matrix = np.zeros((rows, H * W))
    for row in range(rows):
        matrix[row, row : row + len(taps)] = taps
    return matrix


def starts_one_apart(kernel, size):
    """As many rows as there are outputs, each one pixel further on than the row before."""
    return across_row_ends(kernel, size)[: places_of(size, kernel.shape)]


def in_one_run(kernel, size):
    """The flattened kernel without the gaps between its rows."""
    (H, W), (kH, kW) = size, kernel.shape
    matrix = np.zeros(((H - kH + 1) * (W - kW + 1), H * W))
    for row, (i, j) in enumerate(np.ndindex(H - kH + 1, W - kW + 1)):
        matrix[row, i * W + j : i * W + j + kernel.size] = kernel.ravel()
    return matrix


def padded_matrix(kernel, size):
    """As many outputs as pixels: zeros around the image."""
    (H, W), (kH, kW) = size, kernel.shape
    wide = matrix_of(kernel, (H + kH - 1, W + kW - 1)).reshape(H * W, H + kH - 1, W + kW - 1)
    top, left = (kH - 1) // 2, (kW - 1) // 2
    return wide[:, top : top + H, left : left + W].reshape(H * W, H * W)


def faulty_strided_matrix(*, outputs=False, step=False, mirrored=False):
    """The function with some of its faults: outputs counted by columns, columns not strided, the kernel mirrored."""

    def answer(kernel, size, *, stride=1):
        (H, W), (kH, kW) = size, kernel.shape
        H_out, W_out = (H - kH) // stride + 1, (W - kW) // stride + 1
        matrix = np.zeros((H_out * W_out, H * W))
        for i, j in np.ndindex(H_out, W_out):
            for a, b in np.ndindex(kH, kW):
                row = j * H_out + i if outputs else i * W_out + j
                pixel = (i * stride + a) * W + (j if step else j * stride) + b
                matrix[row, pixel] = kernel[a, kW - 1 - b if mirrored else b]
        return matrix

    return answer


# On a ring of pixels


def gaps(matrix, shift):
    """Layer behind shift, less shift behind layer: a column for each single pixel."""
    return np.roll(matrix, -shift, axis=1) - np.roll(matrix, shift, axis=0)


def ring(first):
    """The convolution on a ring with this first column."""
    return np.stack([np.roll(first, step) for step in range(len(first))], axis=1)


def comparing(images, outputs):
    """The largest differences, where a pixel's image moves by so many shifts and its output by so many others."""
    return lambda matrix, shift: abs(np.roll(matrix, -images * shift, 1) - np.roll(matrix, outputs * shift, 0)).max(
        axis=0
    )


# Cases


def draw_matrix(rng, *shape):
    return rng.integers(-4, 5, shape).astype(float)


def draw_sizes(rng, kernel=5, more=5):
    """Sizes of a kernel, and of an image into which it fits, seldom square."""
    k = [either(rng, (1, 4), (1, kernel)) for _ in range(2)]
    return k, [size + either(rng, (0, 3), (0, more)) for size in k]
