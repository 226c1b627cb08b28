"""What the questions on im2col are made of: windows of an image (C, H, W) as rows of a matrix, and the way back."""

from math import prod

import numpy as np

from ..datasets import load
from ._cases import Case

CONTENTS = (1, 2, 0, 3, 4)  # the order of the axes of windows for rows of C * kH * kW numbers


def windows(image, kernel, stride=1, padding=0):
    """The windows of an image (C, H, W), an array (C, H_out, W_out, kH, kW)."""
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding))) if padding else image
    return np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=(1, 2))[:, ::stride, ::stride]


def in_rows(seen, order=CONTENTS):
    """Windows as the rows of a matrix: two axes for the place, then three for what is in it."""
    moved = seen.transpose(order)
    return moved.reshape(prod(moved.shape[:2]), prod(moved.shape[2:]))


def added(rows, shape, kernel, stride=1, padding=0, *, overwrite=False, channels_last=False, at_the_end=False):
    """Rows added to the places that their windows came from; with what can go wrong there."""
    (C, H, W), (kH, kW) = shape, kernel
    padded = np.zeros((C, H + 2 * padding, W + 2 * padding))
    across = (W + 2 * padding - kW) // stride + 1
    for place, row in enumerate(rows):
        top, left = (steps * stride for steps in divmod(place, across))
        there = padded[:, top : top + kH, left : left + kW]
        window = row.reshape(kH, kW, C).transpose(2, 0, 1) if channels_last else row.reshape(C, kH, kW)
        window = window[:, : there.shape[1], : there.shape[2]]
        there[...] = window if overwrite else there + window
    start = 0 if at_the_end else padding
    return padded[:, start : start + H, start : start + W]


def draw_image(rng, *sizes):
    """Numbers in an array; now and then one that half a turn does not change, on which a flip shows nowhere."""
    numbers = rng.integers(-4, 5, sizes).astype(float)
    return numbers + numbers[..., ::-1, ::-1] if rng.random() < 0.1 else numbers


def draw_sizes(rng, *, large=0):
    """Sizes of an image and of a kernel that fits, seldom square, and a stride; how often the kernel is large."""
    C, stride, (kH, kW) = int(rng.integers(1, 4)), int(rng.choice([1, 2, 2, 3])), map(int, rng.integers(1, 4, 2))
    if large and rng.random() < large:
        kH, kW = map(int, rng.integers(2, 7, 2))
    H, W = (int(k + rng.choice([0, 1, 1, 2, 3, 4, 5])) for k in (kH, kW))
    return C, H, W, kH, kW, stride


NUMBERED = np.arange(1.0, 33).reshape(2, 4, 4)  # the notes' tensor, channels first
SMALL = np.array([[[1, 2, 0, 3], [4, 1, -1, 2], [0, 5, 2, 1]], [[-3, 0, 1, 2], [2, 2, 0, -1], [1, -2, 3, 0]]], float)
WEIGHT = np.array(
    [[[[1, 0, 2], [0, -1, 1]], [[2, 1, 0], [1, 0, -2]]], [[[0, 1, 1], [3, 0, 0]], [[-1, 0, 2], [0, 1, 0]]]], float
)
GRADIENT = np.array([[[1, -2], [0, 3]], [[2, 1], [-1, 0]]], float)


def case_of_rows(image, kernel, **options):
    return Case(in_rows(windows(image, kernel, **options)), image.shape, kernel, **options)


def digit():
    """A handwritten seven, an image of one channel."""
    images, labels, _ = load("mnist_sample", "train")
    return images[labels == 7][0] / 255


# Answers, right and wrong


def bytes_with(**changes):
    """The bytes of a matrix where some of the sizes are taken for others."""

    def answer(shape, kernel, stride, padding, itemsize):
        (N, C, H, W), (kH, kW) = shape, kernel
        room = H + 2 * padding - kH, W + 2 * padding - kW
        sizes = {"N": N, "C": C, "taps": kH * kW, "itemsize": itemsize}
        sizes["places"] = prod(steps // stride + 1 for steps in room)
        known = sizes | {"pixels": H * W, "room": room, "stride": stride, "padding": padding}
        return prod((sizes | {name: change(known) for name, change in changes.items()}).values())

    return answer


def padded_by(widths, mode="constant"):
    """A mistake in the padding: so many zeros before and after each axis, for padding 1."""

    def answer(image, kernel, stride, padding):
        padded = np.pad(image, np.array(widths) * padding, mode=mode if padding else "constant")
        return in_rows(windows(padded, kernel, stride))

    return answer


def product_with(reading, order=lambda product, shape: product.T.reshape(-1, *shape)):
    """A convolution: the rows times a reading of the weights, (contents, C_out), brought into an order."""

    def answer(image, weight, stride, padding):
        seen = windows(image, weight.shape[2:], stride, padding)
        return order(in_rows(seen) @ reading(weight), seen.shape[1:3])

    return answer


def of_hwc(change):
    """A mistake: the windows (C, H_out, W_out, kH, kW), changed to a matrix."""
    return lambda image, kernel, stride: change(windows(image.transpose(2, 0, 1), kernel, stride))


def of_chw(change, order=CONTENTS):
    return lambda image, kernel, stride, padding: in_rows(change(windows(image, kernel, stride, padding)), order)


def loops(starts, *, channels_last=False):
    """A mistake in the loops over the windows of an image: where they start, by its size, the kernel and the stride."""

    def rows(image, kernel, stride):
        (kH, kW), (H, W) = kernel, image.shape[1:]
        seen = [image[:, i : i + kH, j : j + kW] for i in starts(H, kH, stride) for j in starts(W, kW, stride)]
        return np.array([(window.transpose(1, 2, 0) if channels_last else window).ravel() for window in seen])

    def of_chw(image, kernel, stride, padding):
        return rows(np.pad(image, ((0, 0), (padding, padding), (padding, padding))), kernel, stride)

    def of_hwc(image, kernel, stride):
        return rows(image.transpose(2, 0, 1), kernel, stride)

    return of_hwc if channels_last else of_chw


def one_window_short(size, kernel, stride):
    """``range((size - kernel) // stride)``, each times the stride."""
    return range(0, (size - kernel) // stride * stride, stride)


def one_pixel_short(size, kernel, stride):
    return range(0, size - kernel, stride)


def flat(weight):
    return weight.reshape(len(weight), -1).T


def gradients(grad_output, image, weight, stride=1, **faults):
    """The gradients of a convolution by image and weight; faults are those of :func:`added`."""
    C_out, H_out, W_out = grad_output.shape
    seen = windows(image, weight.shape[2:], stride)[:, :H_out, :W_out]
    rows = grad_output.reshape(C_out, -1).T @ weight.reshape(C_out, -1)
    places = (W_out - 1) * stride + weight.shape[3]  # the columns of the image that a window reaches
    reached = added(rows, (*image.shape[:2], places), weight.shape[2:], stride, **faults)
    grad_image = np.pad(reached, ((0, 0), (0, 0), (0, image.shape[2] - places)))
    return grad_image, np.einsum("ohw,chwij->ocij", grad_output, seen)


def with_strides(for_rows, for_adding):
    """The gradients by im2col and col2im, of which one may be called without the stride: then its shape may not fit."""

    def answer(grad_output, image, weight, stride):
        kernel, G = weight.shape[2:], grad_output.reshape(len(grad_output), -1).T
        rows = in_rows(windows(image, kernel, stride if for_rows else 1))
        grad_image = added(G @ weight.reshape(len(weight), -1), image.shape, kernel, stride if for_adding else 1)
        return grad_image, (G.T @ rows).reshape(weight.shape)

    return answer


def misread(grad_output, image, weight, stride):
    """The gradient of the output reshaped to (places, C_out), not transposed."""
    right = grad_output.reshape(-1, len(grad_output))
    return gradients(right.T.reshape(grad_output.shape), image, weight, stride)
