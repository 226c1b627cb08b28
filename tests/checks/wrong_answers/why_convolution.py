"""Plausible wrong answers to the questions on why convolution, and which known mistake each may be called.

Half of them are right but for one region: ``where`` makes an answer wrong in a part of the cases alone.
"""

import numpy as np


def put(array, place, value):
    array = array.copy()
    array[place] = value
    return array


CHANGES = {
    "the first entry is one more": lambda a: put(a, (0,) * a.ndim, a.flat[0] + 1),
    "the last entry is one less": lambda a: put(a, (-1,) * a.ndim, a.flat[-1] - 1),
    "the last row is missing": lambda a: a[:-1],
    "the last column is missing": lambda a: a[..., :-1],
    "the first row is missing": lambda a: a[1:],
    "a row of zeros too many": lambda a: np.concatenate([a, 0 * a[:1]]),
    "all columns summed up": lambda a: a.cumsum(-1) + a[..., :1] + (not a.any()),
    "rows the wrong way round": lambda a: a[::-1] + (len(a) == 1),
    "rounded to tens": lambda a: np.floor(a / 10) * 10 + 0.5,
    "doubled and one": lambda a: 2 * a + 1,
    "an axis too many": lambda a: a[None],
    "one number": lambda a: float(a.sum()) + 0.5,
    "a list": lambda a: a.tolist(),
    "strings": lambda a: a.astype(str),
    "nothing": lambda a: None,
}


def changed(right, where=None):
    """Wrong answers of all these mistakes: everywhere, or where a condition holds."""

    def making(change):
        def answer(*args, **options):
            found = right(*args, **options)
            return change(found) if where is None or where(*args, **options) else found

        return answer

    suffix = "" if where is None else f", {where.__name__.replace('_', ' ')}"
    return {f"{name}{suffix}": (making(change), "") for name, change in CHANGES.items()}


# How many parameters?


def counting(answer):
    return lambda c_in, c_out, size, kernel, *, layer="convolution", bias=True: answer(
        c_in, c_out, *size, *kernel, layer[:1], bias
    )


def right(i, o, H, W, h, w, layer, bias):
    places = (H - h + 1) * (W - w + 1)
    units = o if layer == "c" else o * places
    return units * (i * (H * W if layer == "f" else h * w) + bias)


def in_layer(kind, answer):
    """Another answer for one kind of layer."""
    return lambda *a: answer(*a) if a[6] == kind else right(*a)


def places(H, W, h, w):
    return (H - h + 1) * (W - w + 1)


PARAMETERS = {
    "no bias": (lambda *a: right(*a[:7], False), "bias_forgotten"),
    "always a bias": (lambda *a: right(*a[:7], True), "ignores_bias"),
    "always a convolution": (lambda *a: right(*a[:6], "c", a[7]), "ignores_layer"),
    "always a convolution with a bias": (lambda *a: right(*a[:6], "c", True), "ignores_layer_and_bias"),
    "local as full": (in_layer("l", lambda *a: right(*a[:6], "f", a[7])), ""),
    "local as a convolution": (in_layer("l", lambda *a: right(*a[:6], "c", a[7])), ""),
    "full as local": (in_layer("f", lambda *a: right(*a[:6], "l", a[7])), ""),
    "a convolution as local": (in_layer("c", lambda *a: right(*a[:6], "l", a[7])), ""),
    "weights of a convolution once per place": (
        in_layer("c", lambda i, o, H, W, h, w, _, b: i * o * h * w * places(H, W, h, w) + o * b),
        "sharing_counted_once_per_position",
    ),
    "bias of a convolution once per place": (
        in_layer("c", lambda i, o, H, W, h, w, _, b: i * o * h * w + o * b * places(H, W, h, w)),
        "bias_once_per_position",
    ),
    "a bias for each kernel": (
        in_layer("c", lambda i, o, H, W, h, w, _, b: i * o * (h * w + b)), "bias_for_each_input_channel",
    ),
    "one bias": (lambda *a: right(*a[:7], False) + a[7], "one_bias_for_the_layer"),
    "bias by channel": (lambda *a: right(*a[:7], False) + a[1] * a[7], "bias_always_one_a_channel"),
    "bias by place": (lambda *a: right(*a[:7], False) + places(*a[2:6]) * a[7], ""),
    "one input channel": (lambda *a: right(1, *a[1:]), "input_channels_forgotten"),
    "one output channel": (lambda i, o, *a: right(i, 1, *a), "output_channels_forgotten"),
    "channels exchanged": (lambda i, o, *a: right(o, i, *a), ""),
    "one input channel in a convolution": (
        in_layer("c", lambda *a: right(1, *a[1:])), "channels_forgotten_in_convolutions",
    ),
    "one input channel where windows are": (lambda *a: right(*a) if a[6] == "f" else right(1, *a[1:]), ""),
    "places of the image": (
        lambda i, o, H, W, h, w, k, b: {
            "f": o * H * W * (i * H * W + b), "l": o * H * W * (i * h * w + b), "c": o * (i * h * w + b),
        }[k], "output_as_large_as_the_input",
    ),
    "no plus one": (
        lambda i, o, H, W, h, w, k, b: right(i, o, H, W, h, w, k, b) if k == "c" else right(
            i, o, H, W, h, w, k, b) // places(H, W, h, w) * (H - h) * (W - w), "one_place_too_few",
    ),
    "the kernel's height for both": (
        lambda i, o, H, W, h, w, k, b: right(i, o, H, W, h, w, k, b) if k == "c" else right(
            i, o, H, W, h, w, k, b) // places(H, W, h, w) * places(H, W, h, h), "kernel_height_on_both_sides",
    ),
    "a place too few": (lambda i, o, H, W, h, w, k, b: right(i, o, H - 1, W - 1, h, w, k, b) if k != "c" else right(
        i, o, H, W, h, w, k, b), ""),
    "square kernels": (lambda i, o, H, W, h, w, k, b: right(i, o, H, W, h, min(h, W), k, b), ""),
    "square images": (lambda i, o, H, W, h, w, k, b: right(i, o, H, max(H, w), h, w, k, b), ""),
    "kernel the other way round": (
        lambda i, o, H, W, h, w, k, b: right(i, o, H, W, w, h, k, b) if w <= H and h <= W else right(
            i, o, H, W, h, w, k, b), "",
    ),
    "sum of sides": (lambda i, o, H, W, h, w, k, b: right(i, o, H, W, h, w, k, b) - (h * w - h - w) * (k == "c"), ""),
    "a number too many": (lambda *a: right(*a) + 1, ""),
    "a number too many for many channels": (lambda *a: right(*a) + (a[0] > 4), ""),
    "nothing where one place is": (lambda *a: 0 if places(*a[2:6]) == 1 else right(*a), ""),
    "no bias in a full layer": (in_layer("f", lambda *a: right(*a[:7], False)), ""),
    "no bias in a convolution": (in_layer("c", lambda *a: right(*a[:7], False)), ""),
    "multiplications": (lambda i, o, H, W, h, w, k, b: right(i, o, H, W, h, w, "l" if k == "c" else k, b), ""),
    "thousands": (lambda *a: min(right(*a), 1000), ""),
    "always the chapter's": (lambda *a: 456, ""),
}  # fmt: skip


# Matrices


def matrix(kernel, size, *, stride=1):
    (H, W), (kH, kW) = size, kernel.shape
    rows = []
    for i in range(0, H - kH + 1, stride):
        for j in range(0, W - kW + 1, stride):
            weights = np.zeros((H, W))
            weights[i : i + kH, j : j + kW] = kernel
            rows.append(weights.ravel())
    return np.array(rows)


def unstrided(kernel, size):
    return matrix(kernel, size)


def of_wide_images(kernel, size, **options):
    return size[1] > 4


def of_high_kernels(kernel, size, **options):
    return kernel.shape[0] > 2


CONVOLUTION_MATRIX = changed(unstrided) | changed(unstrided, of_wide_images) | {
    "transposed": (lambda k, size: matrix(k, size).T, "rows_and_columns_exchanged"),
    "turned": (lambda k, size: matrix(k[::-1, ::-1], size), "kernel_turned"),
    "mirrored": (lambda k, size: matrix(k[:, ::-1], size), ""),
    "upside down": (lambda k, size: matrix(k[::-1], size), ""),
    "transposed kernel where square": (lambda k, size: matrix(k.T if k.shape[0] == k.shape[1] else k, size), ""),
    "first row alone": (lambda k, size: put(matrix(k, size), slice(1, None), 0), "kernel_in_the_first_row_alone"),
    "ones": (lambda k, size: matrix(np.ones_like(k), size), ""),
    "the kernel's first row alone": (lambda k, size: matrix(put(k, slice(1, None), 0), size), ""),
    "four axes": (lambda k, size: matrix(k, size).reshape(size[0] - len(k) + 1, size[1] - k.shape[1] + 1, *size), ""),
    "pixels down the columns": (
        lambda k, size: matrix(k, size).reshape(-1, *size).swapaxes(1, 2).reshape(-1, size[0] * size[1]),
        "pixels_counted_by_columns",
    ),
}  # fmt: skip


# Without sharing


def local(image, weights, bias):
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape[2:])
    return (windows * weights).sum((2, 3)) + bias


def with_high_windows(image, weights, bias):
    return weights.shape[2] > 2


LOCALLY_CONNECTED = changed(local) | changed(local, with_high_windows) | {
    "the first weights": (lambda x, w, b: local(x, w[:1, :1] + 0 * w, b), "first_weights_everywhere"),
    "the last weights": (lambda x, w, b: local(x, w[-1:, -1:] + 0 * w, b), "last_weights_everywhere"),
    "the weights of the row": (lambda x, w, b: local(x, w[:, :1] + 0 * w, b), ""),
    "the weights of the column": (lambda x, w, b: local(x, w[:1] + 0 * w, b), ""),
    "mean weights": (lambda x, w, b: local(x, w.mean((0, 1)) + 0 * w, b), ""),
    "turned": (lambda x, w, b: local(x, w[..., ::-1, ::-1], b), "weights_turned"),
    "opposite places": (lambda x, w, b: local(x, w[::-1, ::-1], b), "places_counted_backwards"),
    "the first window": (
        lambda x, w, b: (x[: w.shape[2], : w.shape[3]] * w).sum((2, 3)) + b, "first_window_everywhere",
    ),
    "no bias": (lambda x, w, b: local(x, w, 0 * b), "bias_forgotten"),
    "the first bias": (lambda x, w, b: local(x, w, 0 * b + b[0, 0]), "first_bias_everywhere"),
    "all biases": (lambda x, w, b: local(x, w, b.sum()), ""),
    "bias taken away": (lambda x, w, b: local(x, w, -b), ""),
    "transposed": (lambda x, w, b: local(x, w, b).T, "rows_and_columns_exchanged"),
    "mean": (lambda x, w, b: local(x, w, 0) / w[0, 0].size + b, "mean_for_sum"),
}  # fmt: skip


# Shuffled


def convolve(image, kernel):
    return (np.lib.stride_tricks.sliding_window_view(image, kernel.shape) * kernel).sum((2, 3))


def unshuffled(shuffled, kernel, order):
    return convolve(shuffled.ravel()[np.argsort(order)].reshape(shuffled.shape), kernel)


def of_high_images(shuffled, kernel, order):
    return shuffled.shape[0] > 3


CONVOLVE_SHUFFLED = changed(unshuffled) | changed(unshuffled, of_high_images) | {
    "as it is": (lambda x, k, order: convolve(x, k), "order_left_out"),
    "shuffled again": (lambda x, k, order: convolve(x.ravel()[order].reshape(x.shape), k), "shuffled_once_more"),
    "the matrix's columns the other way": (
        lambda x, k, order: (matrix(k, x.shape)[:, np.argsort(order)] @ x.ravel()).reshape(convolve(x, k).shape),
        "shuffled_once_more",
    ),
    "sorted pixels": (lambda x, k, order: convolve(np.sort(x.ravel()).reshape(x.shape), k), ""),
    "the order backwards": (lambda x, k, order: unshuffled(x, k, order[::-1]), ""),
    "turned": (lambda x, k, order: unshuffled(x, k[::-1, ::-1], order), "kernel_turned"),
    "transposed": (lambda x, k, order: unshuffled(x, k, order).T, "rows_and_columns_exchanged"),
    "flat": (lambda x, k, order: unshuffled(x, k, order).ravel(), "output_flat"),
    "the image alone": (lambda x, k, order: x.ravel()[np.argsort(order)].reshape(x.shape), ""),
}  # fmt: skip


# Equivariant?


def gap(matrix, *, shift=1):
    return abs(np.roll(matrix, -shift, 1) - np.roll(matrix, shift, 0)).max(0)


def beyond_the_ring(matrix, *, shift=1):
    return abs(shift) > len(matrix)


SHIFT_GAP = changed(gap) | changed(gap, beyond_the_ring) | {
    "always one": (lambda m, *, shift=1: gap(m), "ignores_shift"),
    "no negative shift": (lambda m, *, shift=1: gap(m, shift=max(shift, 0)), ""),
    "invariance": (lambda m, *, shift=1: abs(np.roll(m, -shift, 1) - m).max(0), "invariance_for_equivariance"),
    "outputs alone": (lambda m, *, shift=1: abs(np.roll(m, shift, 0) - m).max(0), "image_not_moved"),
    "the other way": (
        lambda m, *, shift=1: abs(np.roll(m, -shift, 1) - np.roll(m, -shift, 0)).max(0),
        "output_moved_the_other_way",
    ),
    "by output": (lambda m, *, shift=1: gap(m.T, shift=-shift), "largest_of_each_output"),
    "the largest of all": (lambda m, *, shift=1: 0 * gap(m) + gap(m, shift=shift).max(), "largest_of_all_pixels"),
    "with sign": (lambda m, *, shift=1: (np.roll(m, -shift, 1) - np.roll(m, shift, 0)).max(0), "sign_kept"),
    "the smallest": (lambda m, *, shift=1: abs(np.roll(m, -shift, 1) - np.roll(m, shift, 0)).min(0), ""),
    "squared": (lambda m, *, shift=1: gap(m, shift=shift) ** 2, ""),
    "the pixel that it goes to": (
        lambda m, *, shift=1: np.roll(gap(m, shift=shift), shift), "counted_after_the_move",
    ),
    "yes or no": (lambda m, *, shift=1: gap(m, shift=shift) > 0, ""),
    "at most nine": (lambda m, *, shift=1: np.minimum(gap(m, shift=shift), 3), ""),
}  # fmt: skip


# A broken implementation


def pieces(*, outputs=False, step=False, mirrored=False, rows=False):
    def answer(kernel, size, *, stride=1):
        (H, W), (kH, kW) = size, kernel.shape
        H_out, W_out = (H - kH) // stride + 1, (W - kW) // stride + 1
        found = np.zeros((H_out * W_out, H * W))
        for i, j in np.ndindex(H_out, W_out):
            for a, b in np.ndindex(kH, kW):
                row = j * H_out + i if outputs else i * W_out + j
                pixel = ((i if rows else i * stride) + a) * W + (j if step else j * stride) + b
                found[row, pixel] = kernel[a, kW - 1 - b if mirrored else b]
        return found

    return answer


STRIDED_MATRIX = changed(matrix) | changed(matrix, of_high_kernels) | {
    "nothing mended": (pieces(outputs=True, step=True, mirrored=True), "still_broken"),
    "outputs by columns": (pieces(outputs=True), "outputs_still_counted_by_columns"),
    "columns not strided": (pieces(step=True), "columns_still_not_strided"),
    "mirrored": (pieces(mirrored=True), "kernel_still_mirrored"),
    "outputs mended": (pieces(step=True, mirrored=True), "only_the_outputs_mended"),
    "steps mended": (pieces(outputs=True, mirrored=True), "only_the_steps_mended"),
    "kernel mended": (pieces(outputs=True, step=True), "only_the_kernel_mended"),
    "rows not strided": (pieces(rows=True), ""),
    "neither strided": (pieces(rows=True, step=True), ""),
    "turned": (lambda k, size, *, stride=1: matrix(k[::-1, ::-1], size, stride=stride), ""),
    "upside down": (lambda k, size, *, stride=1: matrix(k[::-1], size, stride=stride), ""),
    "never strided": (lambda k, size, *, stride=1: matrix(k, size), "ignores_stride"),
    "stride at most two": (lambda k, size, *, stride=1: matrix(k, size, stride=min(stride, 2)), ""),
    "transposed": (lambda k, size, *, stride=1: matrix(k, size, stride=stride).T, ""),
}  # fmt: skip


def as_it_is(answer):
    return answer


WRONG = {
    "parameters": (counting, PARAMETERS),
    "convolution_matrix": (as_it_is, CONVOLUTION_MATRIX),
    "locally_connected": (as_it_is, LOCALLY_CONNECTED),
    "convolve_shuffled": (as_it_is, CONVOLVE_SHUFFLED),
    "shift_gap": (as_it_is, SHIFT_GAP),
    "strided_matrix": (as_it_is, STRIDED_MATRIX),
}
