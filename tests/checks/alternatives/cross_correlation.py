"""Right answers to the questions on cross-correlation that go other ways than the reference."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view


def by_columns(image, kernel, bias=0):
    """As a matrix product: each window a row."""
    kH, kW = kernel.shape
    rows = [
        image[i : i + kH, j : j + kW].ravel()
        for i in range(image.shape[0] - kH + 1)
        for j in range(image.shape[1] - kW + 1)
    ]
    return (np.array(rows) @ kernel.ravel() + bias).reshape(image.shape[0] - kH + 1, image.shape[1] - kW + 1)


def by_shifts(image, kernel, bias=0):
    """One shifted image for each number of the kernel."""
    H, W = np.subtract(image.shape, kernel.shape) + 1
    return bias + sum(kernel[a, b] * image[a : a + H, b : b + W] for a, b in np.ndindex(kernel.shape))


def by_scalars(image, kernel, bias=0):
    """Four loops and nothing else."""
    output = []
    for i in range(len(image) - len(kernel) + 1):
        row = []
        for j in range(len(image[0]) - len(kernel[0]) + 1):
            total = bias
            for a in range(len(kernel)):
                for b in range(len(kernel[0])):
                    total += image[i + a][j + b] * kernel[a][b]
            row.append(total)
        output.append(row)
    return np.array(output)


def by_fourier(image, kernel, bias=0):
    """As a product of spectra: right but for rounding."""
    spectrum = np.fft.rfft2(image) * np.conj(np.fft.rfft2(kernel, image.shape))
    H, W = np.subtract(image.shape, kernel.shape) + 1
    return np.fft.irfft2(spectrum, image.shape)[:H, :W] + bias


def by_strides(image, kernel, bias=0):
    image = np.ascontiguousarray(image)
    shape = (*np.subtract(image.shape, kernel.shape) + 1, *kernel.shape)
    return np.tensordot(as_strided(image, shape, image.strides * 2), kernel, 2) + bias


def by_rows(image, kernel, bias=0):
    """Each row of the kernel along each row of the image, by NumPy's own one-dimensional correlation."""
    H = image.shape[0] - kernel.shape[0] + 1
    rows = [sum(np.correlate(image[i + a], kernel[a], "valid") for a in range(len(kernel))) for i in range(H)]
    return np.array(rows) + bias


WAYS = [by_columns, by_shifts, by_scalars, by_fourier, by_strides, by_rows]


def cross_correlating(way):
    return lambda image, kernel, *, bias=0.0: way(image, kernel, bias)


# Convolution


def convolving(way):
    def answer(image, kernel, *, full=False):
        if full:
            (kH, kW), (H, W) = kernel.shape, image.shape
            wide = np.zeros((H + 2 * kH - 2, W + 2 * kW - 2))
            wide[kH - 1 : kH - 1 + H, kW - 1 : kW - 1 + W] = image
            image = wide
        return way(image, np.rot90(kernel, 2))

    return answer


def convolve_by_spreading(image, kernel, *, full=False):
    """Each pixel lays the kernel, scaled, onto the output; the valid part is cut out."""
    (H, W), (kH, kW) = image.shape, kernel.shape
    output = np.zeros((H + kH - 1, W + kW - 1))
    for i, j in np.ndindex(image.shape):
        output[i : i + kH, j : j + kW] += image[i, j] * kernel
    return output if full else output[kH - 1 : H, kW - 1 : W]


def convolve_the_other_way(image, kernel, *, full=False):
    """Image and kernel change places, where that is the same."""
    return convolve_by_spreading(*((kernel, image) if full else (image, kernel)), full=full)


def convolve_by_polynomials(image, kernel, *, full=False):
    """One row beside the other with zeros between: a single product of polynomials."""
    (H, W), (kH, kW) = image.shape, kernel.shape
    wide = W + kW - 1
    flat = [np.pad(array, ((0, 0), (0, wide - array.shape[1]))).ravel() for array in (image, kernel)]
    output = np.convolve(*flat)[: (H + kH - 1) * wide].reshape(H + kH - 1, wide)
    return output if full else output[kH - 1 : H, kW - 1 : W]


# Edges


def edges_with(way):
    def answer(image):
        kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        found = way(image, kernel), way(image, kernel.T)
        return *found, np.hypot(*found)

    return answer


def edges_in_two_steps(image):
    """Smooth along the edge, compare across it: Sobel's kernels are products of two small ones."""
    across, along = image[:, 2:] - image[:, :-2], image[2:] - image[:-2]
    vertical = across[:-2] + 2 * across[1:-1] + across[2:]
    horizontal = along[:, :-2] + 2 * along[:, 1:-1] + along[:, 2:]
    return [vertical, horizontal, abs(vertical + 1j * horizontal)]


# The gradient of the kernel


def gradient_by_taps(image, grad_output):
    (H, W), (H_out, W_out) = image.shape, grad_output.shape
    gradient = np.empty((H - H_out + 1, W - W_out + 1))
    for a, b in np.ndindex(gradient.shape):
        gradient[a, b] = np.vdot(image[a : a + H_out, b : b + W_out], grad_output)
    return gradient


def gradient_by_matrix(image, grad_output):
    """The transpose of the matrix whose rows are windows."""
    shape = np.subtract(image.shape, grad_output.shape) + 1
    windows = sliding_window_view(image, tuple(shape)).reshape(grad_output.size, -1)
    return (windows.T @ grad_output.ravel()).reshape(shape)


def gradient_by_differences(image, grad_output):
    """The loss is linear in the kernel: a step of 1 in one number changes it by the gradient."""
    gradient = np.zeros(np.subtract(image.shape, grad_output.shape) + 1)
    for place in np.ndindex(gradient.shape):
        step = np.zeros_like(gradient)
        step[place] = 1
        gradient[place] = (by_shifts(image, step) * grad_output).sum()
    return gradient


# Strides


def strided(way):
    return lambda image, kernel, *, stride=1: way(image, kernel)[::stride, ::stride]


def strided_by_ranges(image, kernel, *, stride=1):
    (H, W), (kH, kW) = image.shape, kernel.shape
    return np.array(
        [
            [float((image[i : i + kH, j : j + kW] * kernel).sum()) for j in range(0, W - kW + 1, stride)]
            for i in range(0, H - kH + 1, stride)
        ]
    )


def strided_by_while(image, kernel, *, stride=1):
    output, top = [], 0
    while top + kernel.shape[0] <= image.shape[0]:
        row, left = [], 0
        while left + kernel.shape[1] <= image.shape[1]:
            row += [np.einsum("ab,ab", image[top : top + len(kernel), left : left + len(kernel[0])], kernel)]
            left += stride
        output, top = [*output, row], top + stride
    return np.stack(output)


ALTERNATIVES = {
    "cross_correlate": [cross_correlating(way) for way in WAYS],
    "convolve": [
        *(convolving(way) for way in WAYS),
        convolve_by_spreading,
        convolve_the_other_way,
        convolve_by_polynomials,
    ],
    "edges": [*(edges_with(way) for way in WAYS), edges_in_two_steps],
    "kernel_gradient": [*WAYS, gradient_by_taps, gradient_by_matrix, gradient_by_differences],
    "strided_correlate": [*(strided(way) for way in WAYS), strided_by_ranges, strided_by_while],
}
