"""Plausible wrong answers to the questions on a network's head, and which known mistake each may be called.

Half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is not
theirs.
"""

import warnings

import numpy as np
from array_mistakes import changed_at, partly, where

from cnnbook.checks import classifier as questions


def through(name, *options):
    """How a short wrong answer, of the right one and all arguments by position, becomes one to a question."""
    reference = getattr(questions, name).reference

    def take(answer):
        def wrong(*args, **given):
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                return answer(reference(*args, **given), *args, *(given.get(key, value) for key, value in options))

        return wrong

    return take


ARRAYS = {
    "zeros": (lambda r, *_: 0 * r, ""),
    "twice": (lambda r, *_: 2 * r, ""),
    "negative": (lambda r, *_: -r, ""),
    "one more": (lambda r, *_: r + 1, ""),
    "flat": (lambda r, *_: r.ravel(), ""),
    "a list": (lambda r, *_: r.tolist(), ""),
    "the sum alone": (lambda r, *_: r.sum(), ""),
    "always float64": (lambda r, *_: r.astype(np.float64), ""),
    "always float32": (lambda r, *_: r.astype(np.float32), ""),
    "sorted": (lambda r, *_: np.sort(r, axis=None).reshape(r.shape), ""),
}
CHANGES = {
    "twice": lambda r, *_: 2 * r,
    "first number wrong": lambda r, *_: changed_at((0,) * r.ndim, 99)(r),
    "last row wrong": changed_at(-1, 77),
}


# A fully connected layer: x, weight, bias

OF_LAYERS = {
    "of one image": lambda x, w, b: len(x) == 1,
    "of several images": lambda x, w, b: len(x) > 1,
    "with one output": lambda x, w, b: len(w) == 1,
    "of square weights": lambda x, w, b: len(w) == w.shape[1],
}
LINEAR = ARRAYS | {
    "no bias": (lambda r, x, w, b: x @ w.T, "bias_forgotten"),
    "bias off": (lambda r, x, w, b: x @ w.T - b, "bias_taken_off"),
    "reshaped": (lambda r, x, w, b: x @ w.reshape(w.shape[1], -1) + b, "reshaped_not_transposed"),
    "square weights not transposed": (
        lambda r, x, w, b: x @ w + b if len(w) == w.shape[1] else r, "",
    ),
    "transposed": (lambda r, *_: r.T, "images_in_columns"),
    "mean": (lambda r, x, w, b: x @ w.T / x.shape[1] + b, "mean_for_sum"),
    "first bias for all": (lambda r, x, w, b: x @ w.T + b[0], ""),
    "no negative": (lambda r, *_: np.maximum(r, 0), ""),
    "absolute weights": (lambda r, x, w, b: x @ abs(w).T + b, ""),
    "first image": (lambda r, *_: 0 * r + r[:1], "first_image_for_all"),
} | partly(OF_LAYERS, CHANGES)  # fmt: skip


# Backward: grad_output, x, weight; three outputs


def first(change):
    return lambda r, *args: (change(r[0], *args), r[1], r[2])


def second(change):
    return lambda r, *args: (r[0], change(r[1], *args), r[2])


def third(change):
    return lambda r, *args: (r[0], r[1], change(r[2], *args))


LINEAR_BACKWARD = {
    "two of three": (lambda r, *_: r[:2], ""),
    "x alone": (lambda r, *_: r[0], ""),
    "exchanged": (lambda r, *_: (r[1], r[0], r[2]), ""),
    "zeros": (lambda r, *_: tuple(0 * a for a in r), ""),
    "twice": (lambda r, *_: tuple(2 * a for a in r), ""),
    "step": (lambda r, *_: tuple(-a for a in r), "sign_of_a_step"),
    "x.T @ g": (second(lambda a, *_: a.T), "weight_gradient_transposed"),
    "mean": (lambda r, g, *_: (r[0], r[1] / len(g), r[2] / len(g)), "mean_over_images"),
    "weight a mean": (second(lambda a, g, *_: a / len(g)), "weight_mean_over_images"),
    "bias a mean": (third(lambda a, g, *_: a / len(g)), "bias_mean_over_images"),
    "bias not summed": (third(lambda a, g, *_: g), "bias_not_summed"),
    "bias of the first image": (third(lambda a, g, *_: g[0]), ""),
    "bias over outputs": (third(lambda a, g, *_: g.sum(1)), "bias_summed_over_outputs"),
    "weight of the first": (second(lambda a, g, x, w: g[:1].T @ x[:1]), "weight_of_the_first_image"),
    "weight flat": (second(lambda a, *_: a.ravel()), ""),
    "absolute weights": (first(lambda a, g, x, w: g @ abs(w)), ""),
} | partly(
    {
        "of one image": lambda g, x, w: len(x) == 1,
        "of several images": lambda g, x, w: len(x) > 1,
        "with one output": lambda g, x, w: len(w) == 1,
        "of square weights": lambda g, x, w: len(w) == w.shape[1],
    },
    {
        "x twice": first(lambda a, *_: 2 * a),
        "weight's first number wrong": second(changed_at((0, 0), 99)),
        "bias's last number wrong": third(changed_at(-1, 77)),
        "weight negative": second(lambda a, *_: -a - (not a.any())),
    },
)  # fmt: skip


# Softmax


def plain(z, axis=1):
    e = np.exp(z)
    return e / e.sum(axis, keepdims=True)


def far(z):
    return z.max(1).max() > 90


def low(z):
    return z.max(1).min() < -90


SOFTMAX = ARRAYS | {
    "as it stands": (lambda r, z: plain(z), "overflow"),
    "as it stands, NaN to zero": (lambda r, z: np.nan_to_num(plain(z)), ""),
    "in float64 as it stands": (lambda r, z: plain(z.astype(float)).astype(z.dtype), ""),
    "wrong axis": (lambda r, z: plain(z - z.max(0), 0), "over_the_images"),
    "wrong axis as it stands": (lambda r, z: plain(z, 0), ""),
    "largest of all": (lambda r, z: plain(z - z.max()), "shifted_by_the_batch"),
    "mean": (lambda r, z: plain(z - z.mean(1, keepdims=True)), "shifted_by_the_mean"),
    "a hundred off": (lambda r, z: plain(z - z.dtype.type(100)), ""),
    "cut at 80": (lambda r, z: plain(np.clip(z, -80, 80)), "logits_cut"),
    "small number in the sum": (lambda r, z: r / (1 + z.dtype.type(0.01) * r.max(1, keepdims=True)), ""),
    "small number on top": (lambda r, z: r + z.dtype.type(1e-8), ""),
    "logarithm": (lambda r, z: questions.heads.log_probabilities(z), "logarithm_for_probability"),
    "largest alone": (lambda r, z: (z == z.max(1, keepdims=True)) * r, ""),
    "rounded": (lambda r, z: r.round(2), ""),
} | partly(
    {
        "of large logits": far,
        "where all are far below": low,
        "of more images than classes": lambda z: len(z) > z.shape[1],
    },
    {
        "equal shares": lambda r, z: 0 * r + 1 / r.dtype.type(r.shape[1] + 1),
        "twice": lambda r, *_: 2 * r,
        "last row wrong": changed_at(-1, 0.77),
    },
)  # fmt: skip


# The loss: logits, labels


def loss_of(table, labels):
    return -table[np.arange(len(labels)), labels].mean()


def below(z, labels):
    return (z[np.arange(len(labels)), labels] < z.max(1) - 90).any()


NUMBERS = {
    "twice": lambda r, *_: 2 * r + 1,
    "one more": lambda r, *_: r + 1,
    "negative": lambda r, *_: -r - 1,
}
CROSS_ENTROPY = {
    "as it stands": (lambda r, z, y: loss_of(np.log(plain(z)), y), "overflow"),
    "infinity made large": (lambda r, z, y: np.nan_to_num(loss_of(np.log(plain(z)), y), posinf=1e9), ""),
    "sum overflows": (
        lambda r, z, y: loss_of(z - np.log(np.exp(z).sum(1, keepdims=True)), y), "sum_overflows",
    ),
    "log of softmax": (lambda r, z, y: loss_of(np.log(questions.heads.probabilities(z)), y), "logarithm_of_zero"),
    "1e-12": (lambda r, z, y: loss_of(np.log(questions.heads.probabilities(z) + 1e-12), y), "small_number_added"),
    "cut at 1e-7": (
        lambda r, z, y: loss_of(np.log(np.maximum(questions.heads.probabilities(z), 1e-7)), y), "probabilities_cut",
    ),
    "cut at 1e-15": (lambda r, z, y: loss_of(np.log(np.maximum(questions.heads.probabilities(z), 1e-15)), y), ""),
    "sum": (lambda r, z, y: r * len(y), "sum_for_mean"),
    "over all": (lambda r, z, y: r / z.shape[1], "divided_by_classes_too"),
    "negative": (lambda r, *_: -r, "sign_forgotten"),
    "base 2": (lambda r, *_: r / np.log(2), "logarithm_to_base_two"),
    "one for each image": (
        lambda r, z, y: -questions.heads.log_probabilities(z)[np.arange(len(y)), y], "",
    ),
    "the first image": (lambda r, z, y: -questions.heads.log_probabilities(z)[0, y[0]], ""),
    "the largest of the images": (
        lambda r, z, y: -questions.heads.log_probabilities(z)[np.arange(len(y)), y].min(), "",
    ),
    "all labels": (lambda r, z, y: -questions.heads.log_probabilities(z)[:, y].mean(), "labels_of_all_images"),
    "label 0": (lambda r, z, y: -questions.heads.log_probabilities(z)[:, 0].mean(), ""),
    "label after": (lambda r, z, y: loss_of(questions.heads.log_probabilities(z), y - 1), ""),
    "logit alone": (lambda r, z, y: loss_of(z, y), "logit_for_logarithm"),
    "probability": (lambda r, z, y: -loss_of(questions.heads.probabilities(z), y), ""),
    "all classes": (lambda r, z, y: -questions.heads.log_probabilities(z).mean(), ""),
    "squared distance": (
        lambda r, z, y: ((questions.heads.probabilities(z) - np.eye(z.shape[1])[y]) ** 2).sum(1).mean(), "",
    ),
} | partly(
    {
        "of large logits": lambda z, y: far(z),
        "where all are far below": lambda z, y: low(z),
        "of several images": lambda z, y: len(z) > 1,
        "of one image": lambda z, y: len(z) == 1,
        "where the right class is far below": below,
    },
    NUMBERS,
)  # fmt: skip


# Its gradient: logits, labels


def fault(**faults):
    return lambda r, z, y: questions.heads.gradient(z, y, **faults)


CROSS_ENTROPY_GRADIENT = ARRAYS | {
    "negative": (lambda r, *_: -r, "sign_of_a_step"),
    "as it was": (fault(overflow=True, all_labels=True, summed=True), "still_broken"),
    "overflow": (fault(overflow=True), "still_overflows"),
    "all labels": (fault(all_labels=True), "labels_still_of_all_images"),
    "no mean": (fault(summed=True), "mean_still_forgotten"),
    "mean alone": (fault(overflow=True, all_labels=True), "only_the_mean_mended"),
    "over classes": (lambda r, z, y: r * len(z) / z.shape[1], "divided_by_classes"),
    "probabilities": (lambda r, z, y: questions.heads.probabilities(z) / len(z), "probabilities_alone"),
    "truth alone": (lambda r, z, y: -np.eye(z.shape[1], dtype=z.dtype)[y] / len(z), ""),
    "truth taken off after the mean": (
        lambda r, z, y: questions.heads.probabilities(z) / len(z) - np.eye(z.shape[1], dtype=z.dtype)[y], "",
    ),
    "one added": (
        lambda r, z, y: (questions.heads.probabilities(z) + np.eye(z.shape[1], dtype=z.dtype)[y]) / len(z), "",
    ),
    "cut logits": (lambda r, z, y: questions.heads.gradient(np.clip(z, -80, 80), y), ""),
    "overflow of large batches": (where(lambda z, y: len(z) > 1, fault(overflow=True)), ""),
    "no mean with one label": (where(lambda z, y: len({*y}) == 1, fault(summed=True)), ""),
} | partly(
    {
        "of large logits": lambda z, y: far(z),
        "of several images": lambda z, y: len(z) > 1,
        "of one image": lambda z, y: len(z) == 1,
        "where the right class is far below": below,
    },
    CHANGES,
)  # fmt: skip


# Dropout: x, random, p, training


def dropped(x, random, p, by):
    return np.where(random >= p, x * x.dtype.type(by), 0).astype(x.dtype)


def training_alone(wrong):
    return lambda r, x, random, p, t: wrong(x, random, p) if t else r


INVERTED_DROPOUT = ARRAYS | {
    "the input": (lambda r, x, *_: x, ""),
    "not scaled": (training_alone(lambda x, u, p: dropped(x, u, p, 1)), "not_scaled"),
    "multiplied": (training_alone(lambda x, u, p: dropped(x, u, p, 1 - p)), "multiplied_by_what_is_kept"),
    "evaluation too": (lambda r, x, u, p, t: dropped(x, u, p, 1 / (1 - p)), "dropped_in_evaluation"),
    "evaluation alone": (lambda r, x, u, p, t: r if t else x * x.dtype.type(1 - p), "scaled_twice"),
    "first form": (
        lambda r, x, u, p, t: dropped(x, u, p, 1) if t else x * x.dtype.type(1 - p), "scaled_in_evaluation_alone",
    ),
    "the other way": (
        training_alone(lambda x, u, p: np.where(u < p, x / (1 - p), 0).astype(x.dtype)), "the_others_dropped",
    ),
    "equal dropped": (
        training_alone(lambda x, u, p: np.where(u > p, x / (1 - p), 0).astype(x.dtype)), "equal_dropped",
    ),
    "scaled alone": (training_alone(lambda x, u, p: (x / (1 - p)).astype(x.dtype)), "dropped_ones_kept_in_scale"),
    "the other way round in evaluation": (lambda r, x, u, p, t: x if t else dropped(x, u, p, 1 / (1 - p)), ""),
    "p ignored": (lambda r, x, u, p, t: dropped(x, u, 0.5, 2) if t else x, "half_kept_always"),
    "training ignored": (lambda r, x, u, p, t: dropped(x, u, p, 1 / (1 - p)), "dropped_in_evaluation"),
    "whole images": (training_alone(lambda x, u, p: x * x.dtype.type(u.reshape(-1)[0] >= p)), ""),
} | partly(
    {
        "in evaluation": lambda x, u, p, t: not t,
        "where p is small": lambda x, u, p, t: p < 0.5,
        "with four axes": lambda x, u, p, t: x.ndim == 4,
        "of one image": lambda x, u, p, t: len(x) == 1,
    },
    CHANGES,
)  # fmt: skip


# A layer that slides: x, weight, bias, kernel

LINEAR_AS_CONV = ARRAYS | {
    "first place": (lambda r, *_: r[:, :, 0, 0], "first_place_alone"),
    "last place missing": (lambda r, *_: r[:, :, :-1, :-1], "last_place_forgotten"),
    "last column missing": (lambda r, *_: r[..., :-1], ""),
    "no bias": (lambda r, x, w, b, k: r - b[:, None, None], "bias_forgotten"),
    "bias twice": (lambda r, x, w, b, k: r + b[:, None, None], ""),
    "outputs last": (lambda r, *_: np.moveaxis(r, 1, -1), "outputs_last"),
    "places exchanged": (lambda r, *_: r.swapaxes(2, 3), "places_exchanged"),
    "images and outputs exchanged": (lambda r, *_: r.swapaxes(0, 1), ""),
    "turned weights": (
        lambda r, x, w, b, k: questions.heads.slid(x, questions.heads.filters(w, x.shape[1], k)[..., ::-1, ::-1], b),
        "kernel_turned",
    ),
    "rows turned": (
        lambda r, x, w, b, k: questions.heads.slid(x, questions.heads.filters(w, x.shape[1], k)[..., ::-1, :], b), "",
    ),
    "no negative": (lambda r, *_: np.maximum(r, 0), ""),
} | partly(
    {
        "of several images": lambda x, w, b, k: len(x) > 1,
        "with several channels": lambda x, w, b, k: x.shape[1] > 1,
        "with one output": lambda x, w, b, k: len(w) == 1,
        "of square kernels": lambda x, w, b, k: k[0] == k[1],
    },
    CHANGES,
)  # fmt: skip


WRONG = {
    "linear": (through("linear"), LINEAR),
    "linear_backward": (through("linear_backward"), LINEAR_BACKWARD),
    "softmax": (through("softmax"), SOFTMAX),
    "cross_entropy": (through("cross_entropy"), CROSS_ENTROPY),
    "cross_entropy_gradient": (through("cross_entropy_gradient"), CROSS_ENTROPY_GRADIENT),
    "inverted_dropout": (through("inverted_dropout", ("p", 0.5), ("training", True)), INVERTED_DROPOUT),
    "linear_as_conv": (through("linear_as_conv"), LINEAR_AS_CONV),
}
