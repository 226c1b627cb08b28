"""Plausible wrong answers to the questions on im2col, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is not
theirs.
"""

from math import prod

import numpy as np
from array_mistakes import changed_at, partly, shortened, where

from cnnbook.checks import im2col as questions

through = shortened(questions)


STRIDE, PADDING = ("stride", 1), ("padding", 0)


# How many bytes?


def bytes_of(shape, kernel, s, p, b):
    return questions.column_bytes.reference(shape, kernel, stride=s, padding=p, itemsize=b)


COLUMN_BYTES = {
    "numbers": (lambda r, n, k, s, p, b: r // b, "numbers_for_bytes"),
    "bits": (lambda r, n, k, s, p, b: 8 * r, "bits_for_bytes"),
    "always float32": (lambda r, n, k, s, p, b: r // b * 4, "ignores_itemsize"),
    "always float64": (lambda r, n, k, s, p, b: r // b * 8, ""),
    "one image": (lambda r, n, k, s, p, b: r // n[0], "one_image_alone"),
    "no channels": (lambda r, n, k, s, p, b: r // n[1], "one_channel_alone"),
    "the input": (lambda r, n, k, s, p, b: prod(n) * b, "input_for_matrix"),
    "the padded input": (lambda r, n, k, s, p, b: n[0] * n[1] * (n[2] + 2 * p) * (n[3] + 2 * p) * b, ""),
    "input and matrix": (lambda r, n, k, s, p, b: r + prod(n) * b, ""),
    "the output": (lambda r, n, k, s, p, b: r // prod(k), ""),
    "k squared times the input": (lambda r, n, k, s, p, b: prod(n) * prod(k) * b, "a_window_at_every_pixel"),
    "of a square kernel": (lambda r, n, k, s, p, b: bytes_of(n, (k[0], k[0]), s, p, b) if k[0] <= n[3] else r, ""),
    "kernel sides added": (lambda r, n, k, s, p, b: r // prod(k) * sum(k), ""),
    "no stride": (lambda r, n, k, s, p, b: bytes_of(n, k, 1, p, b), "ignores_stride"),
    "no padding": (lambda r, n, k, s, p, b: bytes_of(n, k, s, 0, b), "ignores_padding"),
    "no options": (lambda r, n, k, s, p, b: bytes_of(n, k, 1, 0, 4), "ignores_stride_and_padding_and_itemsize"),
    "padding once": (
        lambda r, n, k, s, p, b: prod((n[a + 2] + p - k[a]) // s + 1 for a in (0, 1)) * n[0] * n[1] * prod(k) * b,
        "padding_on_one_side",
    ),
    "no first window": (
        lambda r, n, k, s, p, b: prod((n[a + 2] + 2 * p - k[a]) // s for a in (0, 1)) * n[0] * n[1] * prod(k) * b,
        "first_window_forgotten",
    ),
    "rounded up": (
        lambda r, n, k, s, p, b: (
            prod(-((k[a] - n[a + 2] - 2 * p) // s) + 1 for a in (0, 1)) * n[0] * n[1] * prod(k) * b
        ),
        "steps_rounded_up",
    ),
    "kibibytes": (lambda r, n, k, s, p, b: r // 1024, ""),
    "one more": (lambda r, *_: r + 1, ""),
    **{
        f"{what} {name}": (where(condition, wrong), "")
        for name, condition in {
            "where there are several images": lambda n, k, s, p, b: n[0] > 1,
            "where the image is higher": lambda n, k, s, p, b: n[2] > n[3],
            "where the kernel is square": lambda n, k, s, p, b: k[0] == k[1],
            "where windows overlap": lambda n, k, s, p, b: s < max(k),
            "for odd kernels": lambda n, k, s, p, b: k[0] % 2,
        }.items()
        for what, wrong in {
            "twice": lambda r, *_: 2 * r,
            "a row more": lambda r, n, k, s, p, b: r + n[1] * prod(k) * b,
            "one channel": lambda r, n, k, s, p, b: r // n[1] * (n[1] + 1),
        }.items()
    },
}  # fmt: skip


# Arrays


EVERYWHERE = {
    "nothing but zeros": (lambda r, *_: 0 * r, ""),
    "twice": (lambda r, *_: 2 * r, ""),
    "negative": (lambda r, *_: -r, ""),
    "no negative": (lambda r, *_: np.maximum(r, 0), ""),
    "one more": (lambda r, *_: r + 1, ""),
    "sorted": (lambda r, *_: np.sort(r, axis=None).reshape(r.shape), ""),
    "its mean": (lambda r, *_: np.full_like(r, r.mean()), ""),
    "flat": (lambda r, *_: r.ravel(), ""),
    "a list": (lambda r, *_: [*r.ravel()], ""),
    "upside down": (lambda r, *_: r[::-1], ""),
    "the last axis turned": (lambda r, *_: r[..., ::-1], ""),
    "an axis more": (lambda r, *_: r[None], ""),
    "the sum alone": (lambda r, *_: r.sum(), ""),
}

# Rows of windows: arguments are image, kernel, stride (and padding)

CHANGES = {
    "twice": lambda r, *_: 2 * r,
    "first number wrong": changed_at((0, 0), 99),
    "last row wrong": changed_at(-1, 99),
    "rows turned": lambda r, *_: r[:, ::-1] + (np.arange(r.size).reshape(r.shape) == 0),
}
ROWS = EVERYWHERE | {
    "transposed": (lambda r, *_: r.T, "windows_as_columns"),
    "transposed in its shape": (lambda r, *_: r.T.reshape(r.shape), ""),
    "windows upside down in order": (lambda r, *_: np.roll(r, 1, 0), ""),
    "first window alone": (lambda r, *_: r[:1], ""),
    "last row missing": (lambda r, *_: r[:-1], ""),
    "last column missing": (lambda r, *_: r[:, :-1], ""),
    "rows in three axes": (lambda r, *_: r.reshape(len(r), 1, -1), ""),
}  # fmt: skip


IM2COL_HWC = ROWS | {
    "transposed in its shape": (lambda r, *_: r.T.reshape(r.shape), "reshaped_before_the_axes_are_in_order"),
    "no stride": (lambda r, x, k, s: questions.im2col_hwc.reference(x, k), "ignores_stride"),
    "range(0, H - kH, stride)": (
        lambda r, x, k, s: np.array([
            x[i : i + k[0], j : j + k[1]].ravel()
            for i in range(0, x.shape[0] - k[0], s) for j in range(0, x.shape[1] - k[1], s)
        ]), "loop_ends_a_pixel_early",
    ),
    "range((H - kH) // stride)": (
        lambda r, x, k, s: np.array([
            x[i * s : i * s + k[0], j * s : j * s + k[1]].ravel()
            for i in range((x.shape[0] - k[0]) // s) for j in range((x.shape[1] - k[1]) // s)
        ]), "last_window_forgotten",
    ),
    "wrong for kernels above 3": (where(lambda x, k, s: max(k) > 3, lambda r, *_: 7 * r + 1), ""),
    "channels first": (
        lambda r, x, k, s: r.reshape(len(r), *k, -1).transpose(0, 3, 1, 2).reshape(r.shape), "channels_first_in_a_row",
    ),
    "columns first": (
        lambda r, x, k, s: r.reshape(len(r), *k, -1).transpose(0, 2, 1, 3).reshape(r.shape), "window_column_by_column",
    ),
} | partly(
    {
        "with several channels": lambda x, k, s: x.shape[2] > 1,
        "of a higher image": lambda x, k, s: x.shape[0] > x.shape[1],
        "of square kernels": lambda x, k, s: k[0] == k[1],
        "where windows overlap": lambda x, k, s: s < max(k),
    },
    CHANGES,
)  # fmt: skip
IM2COL_CHW = ROWS | {
    "no stride": (lambda r, x, k, s, p: questions.im2col_chw.reference(x, k, padding=p), "ignores_stride"),
    "range(0, H - kH, stride)": (
        lambda r, x, k, s, p: np.array([
            z[:, i : i + k[0], j : j + k[1]].ravel()
            for z in [np.pad(x, ((0, 0), (p, p), (p, p)))]
            for i in range(0, z.shape[1] - k[0], s) for j in range(0, z.shape[2] - k[1], s)
        ]), "loop_ends_a_pixel_early",
    ),
    "range((H - kH) // stride)": (
        lambda r, x, k, s, p: np.array([
            z[:, i * s : i * s + k[0], j * s : j * s + k[1]].ravel()
            for z in [np.pad(x, ((0, 0), (p, p), (p, p)))]
            for i in range((z.shape[1] - k[0]) // s) for j in range((z.shape[2] - k[1]) // s)
        ]), "last_window_forgotten",
    ),
    "wrong for kernels above 3": (where(lambda x, k, s, p: max(k) > 3, lambda r, *_: 7 * r + 1), ""),
    "wrong for paddings above 2": (where(lambda x, k, s, p: p > 2, lambda r, *_: 7 * r + 1), ""),
    "no padding": (lambda r, x, k, s, p: questions.im2col_chw.reference(x, k, stride=s), "ignores_padding"),
    "channels last": (
        lambda r, x, k, s, p: r.reshape(len(r), -1, *k).transpose(0, 2, 3, 1).reshape(r.shape),
        "channels_last_in_a_row",
    ),
} | partly(
    {
        "with several channels": lambda x, k, s, p: len(x) > 1,
        "with padding": lambda x, k, s, p: p > 0,
        "of square kernels": lambda x, k, s, p: k[0] == k[1],
        "where windows overlap": lambda x, k, s, p: s < max(k),
    },
    CHANGES,
)  # fmt: skip


# A convolution: image, weight, stride, padding

PLANES = {
    "twice": lambda r, *_: 2 * r,
    "first number wrong": changed_at((0, 0, 0), 99),
    "last channel zero": changed_at(-1, 0.5),
    "rows turned": lambda r, *_: r[:, ::-1] + (np.arange(r.size).reshape(r.shape) == 0),
}
CONV_BY_IM2COL = EVERYWHERE | {
    "channels last": (lambda r, *_: r.transpose(1, 2, 0), "channels_last"),
    "places in one axis": (lambda r, *_: r.reshape(len(r), -1), "places_left_in_one_axis"),
    "rows and columns exchanged": (lambda r, *_: r.transpose(0, 2, 1), "rows_and_columns_exchanged"),
    "rows and columns cut wrongly": (lambda r, *_: r.reshape(len(r), r.shape[2], -1), ""),
    "reshaped": (lambda r, *_: r.transpose(1, 2, 0).reshape(r.shape), "output_reshaped_not_transposed"),
    "summed over filters": (lambda r, *_: 0 * r + r.sum(0), ""),
    "mean over channels": (lambda r, x, *_: r / len(x), "mean_over_channels"),
    "mean over taps": (lambda r, x, w, *_: r / w[0].size, ""),
    "first filter": (lambda r, *_: 0 * r + r[:1], "first_filter_alone"),
    "filters backwards": (lambda r, *_: r[::-1], ""),
} | partly(
    {
        "with several channels": lambda x, w, s, p: len(x) > 1,
        "with several filters": lambda x, w, s, p: len(w) > 1,
        "with padding": lambda x, w, s, p: p > 0,
        "of square kernels": lambda x, w, s, p: w.shape[2] == w.shape[3],
    },
    PLANES,
)  # fmt: skip


# The way back: columns, shape, kernel, stride, padding


def back(columns, shape, kernel, s, p, **faults):
    return questions.added(columns, shape, kernel, s, p, **faults)


def fault(**faults):
    return lambda r, *args: back(*args, **faults)


COL2IM = EVERYWHERE | {
    "as it was": (fault(overwrite=True, channels_last=True, at_the_end=True), "still_broken"),
    "overwritten": (fault(overwrite=True), "overlaps_still_overwritten"),
    "channels last": (fault(channels_last=True), "channels_still_last"),
    "frame": (fault(at_the_end=True), "frame_still_cut_at_the_end"),
    "overwritten, frame": (fault(overwrite=True, at_the_end=True), "only_the_channels_mended"),
    "no stride": (lambda r, c, n, k, s, p: back(c, n, k, 1, p), "ignores_stride"),
    "no padding": (lambda r, c, n, k, s, p: back(c, n, k, s, 0), "ignores_padding"),
    "transposed": (lambda r, *_: r.transpose(0, 2, 1), ""),
    "channels last in the image": (lambda r, *_: r.transpose(1, 2, 0), ""),
    "channels summed": (lambda r, *_: 0 * r + r.sum(0), ""),
    "overwritten with overlap of channels": (
        where(lambda c, n, k, s, p: n[0] > 1, fault(overwrite=True)), "",
    ),
    "overwritten with padding": (where(lambda c, n, k, s, p: p > 0, fault(overwrite=True)), ""),
    "overwritten in higher images": (where(lambda c, n, k, s, p: n[1] > n[2], fault(overwrite=True)), ""),
    "overwritten where square": (where(lambda c, n, k, s, p: k[0] == k[1], fault(overwrite=True)), ""),
} | partly(
    {
        "with several channels": lambda c, n, k, s, p: n[0] > 1,
        "of a higher image": lambda c, n, k, s, p: n[1] > n[2],
        "where windows overlap": lambda c, n, k, s, p: s < max(k),
    },
    PLANES,
)  # fmt: skip


# Backward: grad_output, image, weight, stride


def first(change):
    return lambda r, *_: (change(r[0]), r[1])


def second(change):
    return lambda r, *_: (r[0], change(r[1]))


CONV_GRADIENTS = {
    "image alone": (lambda r, *_: r[0], ""),
    "weight alone": (lambda r, *_: r[1], ""),
    "three": (lambda r, *_: (*r, r[1]), ""),
    "exchanged": (lambda r, *_: r[::-1], "gradients_exchanged"),
    "step": (lambda r, *_: (-r[0], -r[1]), "sign_of_a_step"),
    "step of the weight": (second(lambda a: -a), ""),
    "mean": (lambda r, g, *_: (r[0], r[1] / g[0].size), "mean_over_places"),
    "mean of both": (lambda r, g, *_: (r[0] / g[0].size, r[1] / g[0].size), ""),
    "flat": (second(lambda a: a.reshape(len(a), -1)), "weight_gradient_left_flat"),
    "weight transposed": (second(lambda a: a.swapaxes(0, 1)), "weight_gradient_transposed"),
    "weight turned": (second(lambda a: a[..., ::-1, ::-1]), ""),
    "weight rows and columns": (second(lambda a: a.swapaxes(2, 3)), ""),
    "image turned": (first(lambda a: a[:, ::-1, ::-1]), ""),
    "image rows and columns": (first(lambda a: a.swapaxes(1, 2)), ""),
    "image channels summed": (first(lambda a: 0 * a + a.sum(0)), ""),
    "overwritten": (
        lambda r, g, x, w, s: questions.gradients(g, x, w, s, overwrite=True),
        "overlaps_overwritten",
    ),
    "rows channels last": (lambda r, g, x, w, s: questions.gradients(g, x, w, s, channels_last=True), ""),
    "ones": (lambda r, g, x, w, s: questions.gradients(np.ones_like(g), x, w, s), "ones_for_the_gradient"),
    "no stride": (lambda r, g, x, w, s: questions.gradients(g, x, w), "ignores_stride"),
    "no stride in col2im": (
        lambda r, g, x, w, s: (back(g.reshape(len(g), -1).T @ w.reshape(len(w), -1), x.shape, w.shape[2:], 1, 0), r[1]),
        "stride_forgotten_in_col2im",
    ),
    "no stride in im2col": (
        lambda r, g, x, w, s: (
            r[0],
            (g.reshape(len(g), -1) @ questions.im2col_chw.reference(x, w.shape[2:])).reshape(w.shape),
        ),
        "stride_forgotten_in_im2col",
    ),
    "zeros": (lambda r, *_: (0 * r[0], 0 * r[1]), ""),
    "image zero": (first(lambda a: 0 * a), ""),
    "weight zero": (second(lambda a: 0 * a), ""),
    "twice": (lambda r, *_: (2 * r[0], 2 * r[1]), ""),
    "no negative": (lambda r, *_: (np.maximum(r[0], 0), np.maximum(r[1], 0)), ""),
} | partly(
    {
        "with several channels": lambda g, x, w, s: len(x) > 1,
        "with several filters": lambda g, x, w, s: len(w) > 1,
        "where windows overlap": lambda g, x, w, s: s < max(w.shape[2:]),
        "of a higher image": lambda g, x, w, s: x.shape[1] > x.shape[2],
        "of square kernels": lambda g, x, w, s: w.shape[2] == w.shape[3],
    },
    {
        "image twice": first(lambda a: 2 * a),
        "weight twice": second(lambda a: 2 * a),
        "first pixel wrong": first(lambda a: a + (np.arange(a.size).reshape(a.shape) == 0)),
        "last weight wrong": second(lambda a: a + (np.arange(a.size).reshape(a.shape) == a.size - 1)),
        "image upside down": first(lambda a: a[:, ::-1] + 1),
    },
)

WRONG = {
    "column_bytes": (through("column_bytes", STRIDE, PADDING, ("itemsize", 4)), COLUMN_BYTES),
    "im2col_hwc": (through("im2col_hwc", STRIDE), IM2COL_HWC),
    "im2col_chw": (through("im2col_chw", STRIDE, PADDING), IM2COL_CHW),
    "conv_by_im2col": (through("conv_by_im2col", STRIDE, PADDING), CONV_BY_IM2COL),
    "col2im": (through("col2im", STRIDE, PADDING), COL2IM),
    "conv_gradients": (through("conv_gradients", STRIDE), CONV_GRADIENTS),
}
