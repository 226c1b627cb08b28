"""Right answers to the questions on why convolution that go other ways than the reference."""

import numpy as np
from answering import through

# How many parameters?


def counted_by_places(c_in, c_out, size, kernel, *, layer="convolution", bias=True):
    """One unit after the other; those of a convolution that are the same once."""
    units = set()
    for i in range(size[0] - kernel[0] + 1):
        for j in range(size[1] - kernel[1] + 1):
            units |= {(channel,) if layer == "convolution" else (channel, i, j) for channel in range(c_out)}
    window = size if layer == "fully connected" else kernel
    return sum(c_in * window[0] * window[1] + (1 if bias else 0) for _ in units)


def counted_as_arrays(c_in, c_out, size, kernel, *, layer="convolution", bias=True):
    """By the shapes of the arrays that hold them."""
    places = tuple(np.subtract(size, kernel) + 1)
    shapes = {
        "fully connected": ((c_out, *places, c_in, *size), (c_out, *places)),
        "locally connected": ((c_out, *places, c_in, *kernel), (c_out, *places)),
        "convolution": ((c_out, c_in, *kernel), (c_out,)),
    }[layer]
    return sum(np.prod(shape, dtype=np.int64) for shape in shapes[: 1 + bias])


def counted_by_formulas(c_in, c_out, size, kernel, layer, bias):
    (H, W), (kH, kW) = size, kernel
    places = (H - kH + 1) * (W - kW + 1)
    if layer == "convolution":
        return c_out * c_in * kH * kW + c_out * int(bias)
    if layer == "locally connected":
        return places * c_out * (c_in * kH * kW + int(bias))
    return places * c_out * (c_in * H * W + int(bias))


# The matrix


def matrix_by_columns(kernel, size, stride=1):
    """What the convolution answers to each single pixel is a column."""
    kH, kW = kernel.shape
    columns = []
    for pixel in np.eye(size[0] * size[1]):
        windows = np.lib.stride_tricks.sliding_window_view(pixel.reshape(size), (kH, kW))[::stride, ::stride]
        columns.append((windows * kernel).sum((2, 3)).ravel())
    return np.stack(columns, axis=1)


def matrix_by_entries(kernel, size, stride=1):
    """Every entry by itself: the kernel's number at the difference of the two places, if it has one."""
    (H, W), (kH, kW) = size, kernel.shape
    entries = []
    for i in range(0, H - kH + 1, stride):
        for j in range(0, W - kW + 1, stride):
            row = []
            for u in range(H):
                for v in range(W):
                    inside = 0 <= u - i < kH and 0 <= v - j < kW
                    row.append(kernel[u - i, v - j] if inside else 0)
            entries.append(row)
    return np.array(entries)


def matrix_by_products(kernel, size, stride=1):
    """A sum of Kronecker products: for each tap a shift of rows and a shift of columns."""
    (H, W), (kH, kW) = size, kernel.shape
    total = 0
    for a, b in np.ndindex(kernel.shape):
        rows = np.eye(H - kH + 1, H, k=a)[::stride]
        columns = np.eye(W - kW + 1, W, k=b)[::stride]
        total = total + kernel[a, b] * np.kron(rows, columns)
    return total


def matrix_by_moving(kernel, size, stride=1):
    """The first row, moved on."""
    (H, W), (kH, kW) = size, kernel.shape
    first = np.zeros((H, W))
    first[:kH, :kW] = kernel
    places = [(i, j) for i in range(0, H - kH + 1, stride) for j in range(0, W - kW + 1, stride)]
    return np.vstack([np.roll(first, place, (0, 1)).reshape(1, -1) for place in places])


MATRICES = [matrix_by_columns, matrix_by_entries, matrix_by_products, matrix_by_moving]


def plain(way):
    return lambda kernel, size: way(kernel, size)


def strided(way):
    return lambda kernel, size, *, stride=1: way(kernel, size, stride)


# Without sharing


def local_by_taps(image, weights, bias):
    """One tap of all places at a time."""
    H_out, W_out, kH, kW = weights.shape
    output = bias.copy()
    for a, b in np.ndindex(kH, kW):
        output += weights[:, :, a, b] * image[a : a + H_out, b : b + W_out]
    return output


def local_by_matrix(image, weights, bias):
    """As a matrix with a row for each output."""
    H_out, W_out, kH, kW = weights.shape
    matrix = np.zeros((H_out, W_out, *image.shape))
    for i, j in np.ndindex(H_out, W_out):
        matrix[i, j, i : i + kH, j : j + kW] = weights[i, j]
    return (matrix.reshape(H_out * W_out, -1) @ image.ravel()).reshape(H_out, W_out) + bias


def local_by_lists(image, weights, bias):
    H_out, W_out, kH, kW = weights.shape
    rows = []
    for i in range(H_out):
        rows.append([])
        for j in range(W_out):
            total = bias[i][j]
            for a in range(kH):
                for b in range(kW):
                    total += image[i + a][j + b] * weights[i][j][a][b]
            rows[-1].append(total)
    return np.array(rows)


# Shuffled


def shuffled_back(shuffled, kernel, order):
    """The image again, then an ordinary convolution."""
    image = shuffled.ravel()[np.argsort(order)].reshape(shuffled.shape)
    H, W = np.subtract(image.shape, kernel.shape) + 1
    return sum(kernel[a, b] * image[a : a + H, b : b + W] for a, b in np.ndindex(kernel.shape))


def shuffled_matrix(way):
    def answer(shuffled, kernel, order):
        outputs = np.subtract(shuffled.shape, kernel.shape) + 1
        return (way(kernel, shuffled.shape)[:, order] @ shuffled.reshape(-1)).reshape(outputs)

    return answer


def shuffled_by_permutation(shuffled, kernel, order):
    """The order as a matrix: its transpose takes it back."""
    permutation = np.eye(len(order))[order]
    outputs = np.subtract(shuffled.shape, kernel.shape) + 1
    return (matrix_by_products(kernel, shuffled.shape) @ permutation.T @ shuffled.ravel()).reshape(outputs)


# Equivariant?


def gap_by_matrices(matrix, *, shift=1):
    S = np.roll(np.eye(len(matrix)), shift, axis=0)
    return np.max(np.abs(matrix @ S - S @ matrix), axis=0)


def gap_by_one_roll(matrix, *, shift=1):
    """Both moved back: the matrix against itself, moved along both axes."""
    return np.roll(np.abs(np.roll(matrix, (shift, shift), (0, 1)) - matrix).max(0), -shift)


def gap_by_indices(matrix, shift):
    n = len(matrix)
    return np.array(
        [max(abs(matrix[(i + shift) % n, (j + shift) % n] - matrix[i, j]) for i in range(n)) for j in range(n)]
    )


ALTERNATIVES = {
    "parameters": [
        counted_by_places,
        counted_as_arrays,
        through(counted_by_formulas, layer="convolution", bias=True),
    ],
    "convolution_matrix": [plain(way) for way in MATRICES],
    "locally_connected": [local_by_taps, local_by_matrix, local_by_lists],
    "convolve_shuffled": [shuffled_back, shuffled_by_permutation, *(shuffled_matrix(way) for way in MATRICES)],
    "shift_gap": [gap_by_matrices, gap_by_one_roll, through(gap_by_indices, shift=1)],
    "strided_matrix": [strided(way) for way in MATRICES],
}
