"""Plausible wrong answers to the questions on cross-correlation, and which known mistake each may be called.

Half of them are right but for one region: ``changed(right, where)`` makes an answer wrong in a part of the cases.
"""

import numpy as np
from array_mistakes import CHANGES, changed, put


def correlate(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


def pad(image, top, bottom, left, right):
    return np.pad(image, ((top, bottom), (left, right)))


def for_high_kernels(image, kernel, **options):
    return kernel.shape[0] > 2


def for_wide_images(image, other, **options):
    return image.shape[1] > 5


# Cross-correlation


def cross(image, kernel, *, bias=0.0):
    return correlate(image, kernel) + bias


def with_sizes_exchanged(image, kernel, *, bias=0.0):
    """Its error has the same name in every case, as a student's has."""
    (H, W), (kH, kW) = image.shape, kernel.shape
    output = np.empty((H - kH + 1, W - kW + 1))
    for i in range(H - kH + 1):
        for j in range(W - kW + 1):
            window = image[i : i + kW, j : j + kH]
            output[i, j] = (window * kernel).sum() + bias
    return output


CROSS_CORRELATE = changed(cross) | changed(cross, for_high_kernels) | {
    "kernel turned": (lambda x, k, *, bias=0.0: cross(x, k[::-1, ::-1], bias=bias), "kernel_turned"),
    "kernel by two quarters": (lambda x, k, *, bias=0.0: cross(x, np.rot90(k, 2), bias=bias), "kernel_turned"),
    "kernel upside down": (lambda x, k, *, bias=0.0: cross(x, k[::-1], bias=bias), "kernel_flipped_upside_down"),
    "kernel mirrored": (lambda x, k, *, bias=0.0: cross(x, k[:, ::-1], bias=bias), "kernel_flipped_left_to_right"),
    "kernel transposed where it is square": (
        lambda x, k, *, bias=0.0: cross(x, k.T if k.shape[0] == k.shape[1] else k, bias=bias), "",
    ),
    "no bias": (lambda x, k, *, bias=0.0: correlate(x, k), "ignores_bias"),
    "bias taken away": (lambda x, k, *, bias=0.0: cross(x, k, bias=-bias), "bias_taken_away"),
    "no negative bias": (lambda x, k, *, bias=0.0: cross(x, k, bias=max(0, bias)), ""),
    "absolute bias": (lambda x, k, *, bias=0.0: cross(x, k, bias=abs(bias)), ""),
    "bias in the corner": (lambda x, k, *, bias=0.0: put(correlate(x, k), (0, 0), correlate(x, k)[0, 0] + bias), ""),
    "mean": (lambda x, k, *, bias=0.0: correlate(x, k) / k.size + bias, "mean_for_sum"),
    "mean with the bias": (lambda x, k, *, bias=0.0: cross(x, k, bias=bias) / k.size, ""),
    "loops too short": (
        lambda x, k, *, bias=0.0: np.pad(cross(x, k, bias=bias)[:-1, :-1], ((0, 1), (0, 1))), "loops_one_too_short",
    ),
    "window forgotten": (lambda x, k, *, bias=0.0: cross(x, k, bias=bias)[:-1, :-1], "last_window_forgotten"),
    "transposed": (lambda x, k, *, bias=0.0: cross(x, k, bias=bias).T, "rows_and_columns_exchanged"),
    "as large as the image, above and left": (
        lambda x, k, *, bias=0.0: cross(pad(x, len(k) - 1, 0, k.shape[1] - 1, 0), k, bias=bias), "",
    ),
    "full": (
        lambda x, k, *, bias=0.0: cross(pad(x, *[len(k) - 1] * 2, *[k.shape[1] - 1] * 2), k, bias=bias), "",
    ),
    "maximum for sum": (
        lambda x, k, *, bias=0.0: (
            np.lib.stride_tricks.sliding_window_view(x, k.shape) * k
        ).max((2, 3)) + bias, "",
    ),
    "the kernel's first row alone": (lambda x, k, *, bias=0.0: cross(x, put(k, slice(1, None), 0), bias=bias), ""),
    "window sizes exchanged": (with_sizes_exchanged, "window_sizes_exchanged"),
    "numbers of the image's kind": (lambda x, k, *, bias=0.0: cross(x, k, bias=bias).astype(x.dtype), ""),
    "nothing returned": (lambda x, k, *, bias=0.0: None, ""),
}  # fmt: skip


# Convolution


def conv(image, kernel, *, full=False):
    (kH, kW) = kernel.shape
    return correlate(pad(image, kH - 1, kH - 1, kW - 1, kW - 1) if full else image, kernel[::-1, ::-1])


CONVOLVE = changed(conv) | changed(conv, for_wide_images) | {
    "not turned": (lambda x, k, *, full=False: conv(x, k[::-1, ::-1], full=full), "kernel_not_turned"),
    "left and right": (lambda x, k, *, full=False: conv(x, k[::-1], full=full), "left_and_right_alone"),
    "top and bottom": (lambda x, k, *, full=False: conv(x, k[:, ::-1], full=full), "top_and_bottom_alone"),
    "transposed for turned": (
        lambda x, k, *, full=False: conv(x, k[::-1, ::-1].T if k.shape[0] == k.shape[1] else k, full=full), "",
    ),
    "output turned": (lambda x, k, *, full=False: conv(x, k, full=full)[::-1, ::-1], "output_turned"),
    "turned only where full": (lambda x, k, *, full=False: conv(x, k if full else k[::-1, ::-1], full=full), ""),
    "turned only where not full": (lambda x, k, *, full=False: conv(x, k[::-1, ::-1] if full else k, full=full), ""),
    "never full": (lambda x, k, *, full=False: conv(x, k), "ignores_full"),
    "always full": (lambda x, k, *, full=False: conv(x, k, full=True), ""),
    "full the other way round": (lambda x, k, *, full=False: conv(x, k, full=not full), ""),
    "full of odd kernels": (lambda x, k, *, full=False: conv(x, k, full=full and k.shape[0] % 2 == 1), ""),
    "image turned": (lambda x, k, *, full=False: conv(x[::-1, ::-1], k, full=full), ""),
    "padded by one": (
        lambda x, k, *, full=False: correlate(pad(x, 1, 1, 1, 1) if full else x, k[::-1, ::-1]), "",
    ),
    "padded by the kernel": (
        lambda x, k, *, full=False: correlate(
            pad(x, *[len(k)] * 2, *[k.shape[1]] * 2) if full else x, k[::-1, ::-1]
        ), "padding_too_wide",
    ),
    "edges repeated": (
        lambda x, k, *, full=False: correlate(
            np.pad(x, ((len(k) - 1,) * 2, (k.shape[1] - 1,) * 2), mode="edge") if full else x, k[::-1, ::-1]
        ), "",
    ),
}  # fmt: skip


# Edges

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)


def found(vertical, horizontal, length=np.hypot, step=lambda image: image):
    def answer(image):
        v, h = correlate(step(image), vertical), correlate(step(image), horizontal)
        return v, h, length(v, h)

    return answer


def in_output(place, change, where=lambda image: True):
    def answer(image):
        right = found(SOBEL, SOBEL.T)(image)
        return (*right[:place], change(right[place]), *right[place + 1 :]) if where(image) else right

    return answer


def high(image):
    return image.shape[0] > image.shape[1]


def edges_changed():
    for number, (name, change) in enumerate(CHANGES.items()):
        yield f"{name} in output {number % 3}", (in_output(number % 3, change), "")
        yield f"{name} in output {(number + 1) % 3}, of high images", (in_output((number + 1) % 3, change, high), "")


EDGES = dict(edges_changed()) | {
    "exchanged": (found(SOBEL.T, SOBEL), "edges_exchanged"),
    "turned": (found(-SOBEL, -SOBEL.T), "kernels_turned"),
    "left minus right": (found(-SOBEL, SOBEL.T), "left_minus_right"),
    "above minus below": (found(SOBEL, -SOBEL.T), "above_minus_below"),
    "Prewitt": (found(np.sign(SOBEL), np.sign(SOBEL.T)), "middle_not_doubled"),
    "Scharr": (
        found(np.outer([3, 10, 3], [-1, 0, 1]).astype(float), np.outer([-1, 0, 1], [3, 10, 3]).astype(float)), "",
    ),
    "both the same": (found(SOBEL, SOBEL), ""),
    "sum of absolute values": (found(SOBEL, SOBEL.T, lambda v, h: abs(v) + abs(h)), "strength_as_sum"),
    "squared": (found(SOBEL, SOBEL.T, lambda v, h: v**2 + h**2), "strength_squared"),
    "plain sum": (found(SOBEL, SOBEL.T, lambda v, h: v + h), ""),
    "the larger one": (found(SOBEL, SOBEL.T, lambda v, h: np.maximum(abs(v), abs(h))), ""),
    "mean of squares": (found(SOBEL, SOBEL.T, lambda v, h: np.sqrt((v**2 + h**2) / 2)), ""),
    "padded": (found(SOBEL, SOBEL.T, step=lambda image: np.pad(image, 1)), "output_as_large_as_the_image"),
    "padded with its edge": (found(SOBEL, SOBEL.T, step=lambda image: np.pad(image, 1, mode="edge")), ""),
    "strength alone": (lambda image: found(SOBEL, SOBEL.T)(image)[2], ""),
    "two outputs": (lambda image: found(SOBEL, SOBEL.T)(image)[:2], ""),
    "the strength first": (lambda image: found(SOBEL, SOBEL.T)(image)[::-1], ""),
    "scaled to one": (found(SOBEL, SOBEL.T, lambda v, h: np.hypot(v, h) / (np.hypot(v, h).max() or 1)), ""),
}  # fmt: skip


# The gradient of the kernel


KERNEL_GRADIENT = changed(correlate) | changed(correlate, for_wide_images) | {
    "turned": (lambda x, g: correlate(x, g)[::-1, ::-1], "gradient_turned"),
    "outputs turned": (lambda x, g: correlate(x, g[::-1, ::-1]), "outputs_turned"),
    "mean": (lambda x, g: correlate(x, g) / g.size, "mean_over_outputs"),
    "overwritten": (
        lambda x, g: x[len(g) - 1 :, g.shape[1] - 1 :] * g[-1, -1], "last_output_alone",
    ),
    "first output alone": (
        lambda x, g: x[: len(x) - len(g) + 1, : x.shape[1] - g.shape[1] + 1] * g[0, 0], "",
    ),
    "no outputs": (lambda x, g: correlate(x, np.ones_like(g)), "ones_for_the_gradient"),
    "sign of the outputs": (lambda x, g: correlate(x, np.sign(g)), ""),
    "transposed": (lambda x, g: correlate(x, g).T, "rows_and_columns_exchanged"),
    "a step": (lambda x, g: -correlate(x, g), "sign_of_a_step"),
    "of the outputs' shape": (lambda x, g: g * correlate(x, g).sum(), ""),
    "of the image's shape": (
        lambda x, g: correlate(pad(x, len(g) - 1, 0, g.shape[1] - 1, 0), g), "",
    ),
    "padded": (
        lambda x, g: correlate(pad(x, *[len(g) - 1] * 2, *[g.shape[1] - 1] * 2), g), "padding_as_for_the_image",
    ),
    "one short": (lambda x, g: correlate(x, g)[:-1, :-1], "one_row_and_column_too_few"),
    "sums multiplied": (lambda x, g: correlate(x, np.ones_like(g)) * g.sum() + 0.5, ""),
}  # fmt: skip


# Strides


def strided(image, kernel, *, stride=1):
    return correlate(image, kernel)[::stride, ::stride]


def faulty(image, kernel, stride, *, size=False, rows=False, step=False):
    """As the broken function, with some of its faults."""
    (H, W), (kH, kW) = image.shape, kernel.shape
    output = np.zeros(((H - kH) // stride + (not size), (W - kW) // stride + (not size)))
    for i, j in np.ndindex(output.shape):
        left = j if step else j * stride
        window = image[i * stride : i * stride + kH, left : left + kW]
        output[i, j] = np.sum(window * (kernel[::-1] if rows else kernel))
    return output


def with_faults(**faults):
    return lambda image, kernel, *, stride=1: faulty(image, kernel, stride, **faults)


STRIDED_CORRELATE = changed(strided) | changed(strided, for_high_kernels) | {
    "as it was": (with_faults(size=True, rows=True, step=True), "still_broken"),
    "size": (with_faults(size=True), "last_window_still_missing"),
    "rows": (with_faults(rows=True), "rows_still_flipped"),
    "step": (with_faults(step=True), "columns_still_not_strided"),
    "rows and step": (with_faults(rows=True, step=True), "only_the_size_mended"),
    "size and step": (with_faults(size=True, step=True), "only_the_rows_mended"),
    "size and rows": (with_faults(size=True, rows=True), "only_the_steps_mended"),
    "no stride": (lambda x, k, *, stride=1: correlate(x, k), "ignores_stride"),
    "stride down alone": (lambda x, k, *, stride=1: correlate(x, k)[::stride], ""),
    "stride across alone": (lambda x, k, *, stride=1: correlate(x, k)[:, ::stride], ""),
    "starting one step later": (lambda x, k, *, stride=1: correlate(x, k)[stride - 1 :: stride, ::stride], ""),
    "flipped the other way": (lambda x, k, *, stride=1: strided(x, k[:, ::-1], stride=stride), ""),
    "turned": (lambda x, k, *, stride=1: strided(x, k[::-1, ::-1], stride=stride), "kernel_turned"),
    "two at most": (lambda x, k, *, stride=1: strided(x, k, stride=min(2, stride)), ""),
    "rounded up": (
        lambda x, k, *, stride=1: np.pad(strided(x, k, stride=stride), (
            (0, int((len(x) - len(k)) % stride > 0)), (0, int((x.shape[1] - k.shape[1]) % stride > 0)),
        )), "",
    ),
    "as many as the image has steps": (
        lambda x, k, *, stride=1: strided(pad(x, 0, len(k) - 1, 0, k.shape[1] - 1), k, stride=stride), "",
    ),
}  # fmt: skip


def as_it_is(answer):
    return answer


WRONG = {
    "cross_correlate": (as_it_is, CROSS_CORRELATE),
    "convolve": (as_it_is, CONVOLVE),
    "edges": (as_it_is, EDGES),
    "kernel_gradient": (as_it_is, KERNEL_GRADIENT),
    "strided_correlate": (as_it_is, STRIDED_CORRELATE),
}
