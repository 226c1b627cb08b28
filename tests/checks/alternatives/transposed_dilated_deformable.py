"""Right answers on transposed, dilated and deformable kernels that go other ways than the reference."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from cnnbook import arithmetic, functional

# How large?


def size_by_stamps(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The places that are written, listed."""
    places = {i * stride + tap * dilation for i in range(size) for tap in (0, kernel - 1)}
    return max(places) + 1 - 2 * padding + output_padding


def size_of_the_package(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    whole = arithmetic.transposed_output_size(size, kernel, stride=stride, dilation=dilation)
    return whole + output_padding - padding - padding


def size_by_search(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The smallest input of which the convolution makes so many, and the extra places."""
    found = -2 * padding
    while (found + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 < size:
        found += 1
    return found + output_padding


def size_in_numpy(size, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    return np.dot([stride, dilation, -2, 1, 1], [size - 1, kernel - 1, padding, output_padding, 1])


# Stamps


def stamp_by_taps(x, kernel, *, stride=1):
    """Each tap writes the whole input, `stride` apart."""
    (H, W), (kH, kW) = x.shape, kernel.shape
    output = np.zeros((stride * (H - 1) + kH, stride * (W - 1) + kW))
    for a, b in np.ndindex(kernel.shape):
        output[a : a + stride * H - stride + 1 : stride, b : b + stride * W - stride + 1 : stride] += x * kernel[a, b]
    return output


def stamp_by_matrix(x, kernel, *, stride=1):
    """The transpose of the matrix of the convolution, whose rows are windows."""
    shape = stride * np.subtract(x.shape, 1) + kernel.shape
    rows = []
    for i, j in np.ndindex(x.shape):
        row = np.zeros(shape)
        row[i * stride : i * stride + len(kernel), j * stride : j * stride + kernel.shape[1]] = kernel
        rows.append(row.ravel())
    return (np.array(rows).T @ x.ravel()).reshape(shape)


def stamp_of_the_package(x, kernel, *, stride=1):
    return functional.conv_transpose2d(x[None, None], kernel[None, None], stride=stride)[0, 0]


def stamp_by_fourier(x, kernel, *, stride=1):
    """As a product of spectra: right but for rounding."""
    shape = stride * np.subtract(x.shape, 1) + kernel.shape
    apart = np.zeros(shape)
    apart[: stride * len(x) : stride, : stride * x.shape[1] : stride][: len(x), : x.shape[1]] = x
    return np.fft.irfft2(np.fft.rfft2(apart) * np.fft.rfft2(kernel, shape), shape)


def stamp_by_scalars(x, kernel, *, stride=1):
    output = [[0.0] * (stride * (len(x[0]) - 1) + len(kernel[0])) for _ in range(stride * (len(x) - 1) + len(kernel))]
    for i, row in enumerate(x):
        for j, number in enumerate(row):
            for a, taps in enumerate(kernel):
                for b, tap in enumerate(taps):
                    output[i * stride + a][j * stride + b] += number * tap
    return np.array(output)


STAMPS = [stamp_by_taps, stamp_by_matrix, stamp_of_the_package, stamp_by_fourier, stamp_by_scalars]


# Dilated


def dilated_by_kron(image, kernel, *, dilation=1):
    """The kernel spread out: each tap in the corner of a square of zeros, the last zeros cut off."""
    corner = np.zeros((dilation, dilation))
    corner[0, 0] = 1
    (kH, kW), wide = kernel.shape, np.kron(kernel, corner)
    wide = wide[: dilation * (kH - 1) + 1, : dilation * (kW - 1) + 1]
    return np.einsum("ijab,ab->ij", sliding_window_view(image, wide.shape), wide)


def dilated_by_strides(image, kernel, *, dilation=1):
    image = np.ascontiguousarray(image)
    shape = np.array(image.shape) - dilation * np.subtract(kernel.shape, 1)
    steps = [dilation * step for step in image.strides]
    return np.tensordot(as_strided(image, (*shape, *kernel.shape), (*image.strides, *steps)), kernel, 2)


def dilated_by_places(image, kernel, *, dilation=1):
    (H, W), (kH, kW) = image.shape, kernel.shape
    return np.array(
        [
            [
                float(
                    (image[i : i + dilation * kH : dilation, j : j + dilation * kW : dilation][:kH, :kW] * kernel).sum()
                )
                for j in range(W - dilation * (kW - 1))
            ]
            for i in range(H - dilation * (kH - 1))
        ]
    )


def dilated_of_the_package(image, kernel, *, dilation=1):
    return functional.conv2d(image[None, None], kernel[None, None], dilation=dilation)[0, 0]


def dilated_by_grids(image, kernel, *, dilation=1):
    """On each of the grids that a dilated kernel sees, an ordinary cross-correlation."""
    output = np.zeros(np.array(image.shape) - dilation * np.subtract(kernel.shape, 1))
    for i, j in np.ndindex(*np.minimum(dilation, output.shape)):
        windows = sliding_window_view(image[i::dilation, j::dilation], kernel.shape)
        output[i::dilation, j::dilation] = np.einsum("ijab,ab->ij", windows, kernel)
    return output


# Between pixels


def bilinear_by_tents(image, down, right):
    """Each pixel counts by how near it is: a tent of height 1 along each axis."""
    rows, columns = down - np.arange(image.shape[0]), right - np.arange(image.shape[1])

    def slope(distance):
        return np.where((distance >= -1) & (distance < 0), 1, 0) - np.where((distance >= 0) & (distance < 1), 1, 0)

    tents = [np.maximum(0, 1 - abs(distance)) for distance in (rows, columns)]
    return tents[0] @ image @ tents[1], slope(rows) @ image @ tents[1], tents[0] @ image @ slope(columns)


def bilinear_by_padding(image, down, right):
    """Zeros around the image, as many as the point needs."""
    room = int(max(2, 2 - down, 2 - right, down + 2, right + 2))
    wide = np.pad(image, room)
    i, j = int(np.floor(down)) + room, int(np.floor(right)) + room
    y, x = down % 1, right % 1
    (a, b), (c, d) = wide[i : i + 2, j : j + 2]
    value = a + y * (c - a) + x * (b - a) + x * y * (a - b - c + d)
    return [value, (c - a) + x * (a - b - c + d), (b - a) + y * (a - b - c + d)]


def bilinear_by_steps(image, down, right):
    """Inside a cell the value is a straight line along each axis: a small step tells its slope."""

    def read(down, right):
        return bilinear_by_tents(image, down, right)[0]

    value, step = read(down, right), 1 / 8
    return value, (read(down + step, right) - value) / step, (read(down, right + step) - value) / step


def bilinear_of_the_package(image, down, right):
    """One tap of a deformable convolution, at the upper left pixel, and the gradient of its offset."""
    tap, output = np.ones((1, 1, 1, 1)), np.zeros((1, 1, *image.shape))
    offset, output[..., 0, 0] = np.zeros((1, 2, *image.shape)), 1
    offset[0, :, 0, 0] = down, right
    _, slopes, *_ = functional.deform_conv2d_backward(output, image[None, None], offset, tap)
    return functional.deform_conv2d(image[None, None], offset, tap)[0, 0, 0, 0], *slopes[0, :, 0, 0]


# By inserted zeros


def cutting(way):
    def answer(x, kernel, *, stride=1, padding=0):
        H, W = (stride * (n - 1) + k for n, k in zip(x.shape, kernel.shape, strict=True))
        return way(x, kernel, stride=stride)[padding : H - padding, padding : W - padding]

    return answer


def transposed_as_gradient(x, kernel, *, stride=1, padding=0):
    """What goes back through the convolution with the same settings."""
    (H, W), (kH, kW) = x.shape, kernel.shape
    image = np.zeros((stride * (H - 1) + kH, stride * (W - 1) + kW))
    for i, j in np.ndindex(image.shape):
        for a, b in np.ndindex(kernel.shape):
            (up, more_up), (left, more_left) = divmod(i - a, stride), divmod(j - b, stride)
            if more_up == more_left == 0 and 0 <= up < H and 0 <= left < W:
                image[i, j] += x[up, left] * kernel[a, b]
    keep = [slice(padding, size - padding) for size in image.shape]
    return image[tuple(keep)]


# Large again


def enlarging(way):
    def answer(image):
        flat = way(image, np.full((3, 3), 0.25), stride=2)
        row = np.array([[0.25, 0.75, 0.75, 0.25]])
        smooth = way(image, row.T @ row, stride=2)
        size = 2 * np.array(image.shape)
        return flat[: size[0], : size[1]], smooth[1 : 1 + size[0], 1 : 1 + size[1]], image.repeat(2, 0).repeat(2, 1)

    return answer


def enlarge_by_neighbours(image):
    """Three quarters of the pixel and a quarter of its neighbour, along one axis and then the other."""

    def along_rows(image):
        above, below = np.pad(image, ((1, 0), (0, 0)))[:-1], np.pad(image, ((0, 1), (0, 0)))[1:]
        return np.stack([0.75 * image + 0.25 * above, 0.75 * image + 0.25 * below], 1).reshape(-1, image.shape[1])

    def flat_along_rows(image):
        above = np.pad(image, ((1, 0), (0, 0)))[:-1]
        return np.stack([image + above, image], 1).reshape(-1, image.shape[1]) / 2

    smooth = along_rows(along_rows(image).T).T
    return flat_along_rows(flat_along_rows(image).T).T, smooth, np.kron(image, np.ones((2, 2)))


ALTERNATIVES = {
    "transposed_size": [size_by_stamps, size_of_the_package, size_by_search, size_in_numpy],
    "stamp": STAMPS,
    "dilated_correlate": [
        dilated_by_kron,
        dilated_by_strides,
        dilated_by_places,
        dilated_of_the_package,
        dilated_by_grids,
    ],
    "bilinear": [bilinear_by_tents, bilinear_by_padding, bilinear_by_steps, bilinear_of_the_package],
    "transposed_conv": [*map(cutting, STAMPS), transposed_as_gradient],
    "enlarge": [*map(enlarging, STAMPS), enlarge_by_neighbours],
}
