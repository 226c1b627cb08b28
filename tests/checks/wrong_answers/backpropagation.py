"""Wrong answers to the questions on backpropagation, each with the mistake that the check should name, if any."""

from itertools import cycle

import numpy as np
from array_mistakes import shortened

from cnnbook.checks import backpropagation as questions
from cnnbook.checks._backward import (
    backward,
    convolved,
    differences,
    forward,
    framed,
    moved,
    to_frame,
    to_weight,
    turned,
)
from cnnbook.checks._steps import path, restored

PADDING = ("padding", 0)

through = shortened(questions)


def where(holds, change):
    """Wrong where a condition on the arguments holds, right elsewhere."""
    return lambda r, *args: change(r, *args) if holds(*args) else r


def partly(conditions, changes):
    """Two of the changes in turn for each condition: wrong where it holds, and right elsewhere."""
    turns = cycle(changes)
    return {
        f"{text}, {change}": (where(holds, changes[change]), "")
        for text, holds in conditions.items()
        for change in (next(turns), next(turns))
    }


# Forward: x, weight, bias, padding

FORWARD = {
    "turned": (lambda r, x, w, b, p: forward(x, turned(w), b, p), "kernel_turned"),
    "upside down": (lambda r, x, w, b, p: forward(x, w[:, :, ::-1], b, p), ""),
    "no bias": (lambda r, x, w, b, p: r - b[:, None, None], "bias_forgotten"),
    "first bias": (lambda r, x, w, b, p: r - b[:, None, None] + b[0], ""),
    "padding before": (lambda r, x, w, b, p: forward(framed(x, p, 0), w, b), "padding_before_alone"),
    "padding behind": (lambda r, x, w, b, p: forward(framed(x, 0, p), w, b), "padding_behind_alone"),
    "padding twice": (lambda r, x, w, b, p: forward(x, w, b, 2 * p), ""),
    "padding of ones": (
        lambda r, x, w, b, p: forward(np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values=1), w, b), "",
    ),
    "edge repeated": (lambda r, x, w, b, p: forward(np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), "edge"), w, b), ""),
    "no padding": (lambda r, x, w, b, p: forward(np.pad(x, _to_fit(x, w)), w, b) if p else r, ""),
    "one window short": (lambda r, *_: r[:, :, :-1, :-1], "last_window_forgotten"),
    "first channel": (lambda r, x, w, b, p: forward(x[:, :1], w[:, :1], b, p), "first_channel_alone"),
    "first filter": (lambda r, x, w, b, p: forward(x, w[:1] + 0 * w, b, p), "first_filter_for_all"),
    "first image": (lambda r, *_: r[:1] + 0 * r, "first_image_for_all"),
    "mean": (lambda r, x, w, b, p: (r - b[:, None, None]) / len(x[0]) + b[:, None, None], "mean_over_channels"),
    "exchanged": (lambda r, *_: r.swapaxes(0, 1), "images_and_filters_exchanged"),
    "float64": (lambda r, *_: r.astype(np.float64), ""),
    "float32": (lambda r, *_: r.astype(np.float32), ""),
    "integers": (lambda r, *_: r.astype(int), ""),
    "ReLU": (lambda r, *_: np.maximum(r, 0), ""),
} | partly(
    {
        "with several images": lambda x, w, b, p: len(x) > 1,
        "with several channels": lambda x, w, b, p: x.shape[1] > 1,
        "with one filter": lambda x, w, b, p: len(w) == 1,
        "with padding": lambda x, w, b, p: p > 0,
        "of square kernels": lambda x, w, b, p: w.shape[2] == w.shape[3],
        "of higher images": lambda x, w, b, p: x.shape[2] > x.shape[3],
        "in float32": lambda x, w, b, p: x.dtype == np.float32,
    },
    {"one more": lambda r, *_: r + 1, "negative": lambda r, *_: -r, "zeros": lambda r, *_: 0 * r},
)  # fmt: skip


def _to_fit(x, w):
    missing = [max(0, k - n) for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]
    return [(0, 0), (0, 0), *((0, more) for more in missing)]


# Backward: grad_output, x, weight, padding


def part(number, change):
    """One of the three gradients changed, by a function of it and the arguments."""
    return lambda r, *args: tuple(change(a, *args) if n == number else a for n, a in enumerate(r))


BACKWARD = {
    "padding kept": (part(0, lambda a, g, x, w, p: to_frame(g, w)), "padding_not_removed"),
    "padding cut behind": (
        part(0, lambda a, g, x, w, p: to_frame(g, w)[:, :, : x.shape[2], : x.shape[3]]),
        "padding_removed_behind_alone",
    ),
    "not turned": (part(0, lambda a, g, x, w, p: backward(g, x, turned(w), p)[0]), "kernel_not_turned"),
    "weight turned": (part(1, lambda a, *_: turned(a)), "weight_gradient_turned"),
    "weight exchanged": (part(1, lambda a, *_: a.swapaxes(0, 1)), "weight_gradient_transposed"),
    "weight of one image": (part(1, lambda a, g, x, w, p: to_weight(g[:1], x[:1], p)), "weight_of_the_first_image"),
    "one image": (
        lambda r, g, x, w, p: (r[0], to_weight(g[:1], x[:1], p), g[0].sum((1, 2))), "first_image_alone",
    ),
    "mean over images": (lambda r, g, *_: (r[0], r[1] / len(g), r[2] / len(g)), "mean_over_images"),
    "all means": (lambda r, g, *_: tuple(a / len(g) for a in r), ""),
    "bias of each image": (part(2, lambda a, g, *_: g.sum((2, 3))), "bias_not_summed_over_images"),
    "bias of each place": (part(2, lambda a, g, *_: g.sum(0)), "bias_not_summed_over_places"),
    "one bias": (part(2, lambda a, g, *_: g.sum()), "bias_summed_over_all"),
    "bias as a mean": (part(2, lambda a, g, *_: g.mean((0, 2, 3))), "bias_as_a_mean"),
    "ones": (lambda r, g, x, w, p: backward(np.ones_like(g), x, w, p), "ones_for_the_gradient"),
    "steps": (lambda r, *_: tuple(-a for a in r), "sign_of_a_step"),
    "weight first": (lambda r, *_: (r[1], r[0], r[2]), "weight_first"),
    "two": (lambda r, *_: r[:2], ""),
    "float64": (lambda r, *_: tuple(a.astype(float) for a in r), ""),
} | partly(
    {
        "with several images": lambda g, x, w, p: len(x) > 1,
        "with one channel": lambda g, x, w, p: x.shape[1] == 1,
        "with several filters": lambda g, x, w, p: len(w) > 1,
        "with padding": lambda g, x, w, p: p > 0,
        "of square kernels": lambda g, x, w, p: w.shape[2] == w.shape[3],
        "of higher images": lambda g, x, w, p: x.shape[2] > x.shape[3],
        "with one place": lambda g, x, w, p: g[0, 0].size == 1,
        "in float32": lambda g, x, w, p: x.dtype == np.float32,
    },
    {
        "image twice": part(0, lambda a, *_: 2 * a),
        "weight twice": part(1, lambda a, *_: 2 * a),
        "bias twice": part(2, lambda a, *_: 2 * a),
        "weight upside down": part(1, lambda a, *_: a[:, :, ::-1] + 1),
    },
)  # fmt: skip


# Differences: x, weight, step

NUMERICAL = {
    "forward": (lambda r, x, w, h: differences(x, w, h, 0, h), "forward_difference"),
    "backward": (lambda r, x, w, h: differences(x, w, 0, h, h), "backward_difference"),
    "over one": (lambda r, x, w, h: differences(x, w, h, h, h), "divided_by_one_step"),
    "not divided": (lambda r, x, w, h: differences(x, w, h, h, 1), "not_divided"),
    "half steps": (lambda r, x, w, h: differences(x, w, h / 2, h / 2, h), "half_a_step_to_each_side"),
    "double steps": (lambda r, x, w, h: differences(x, w, 2 * h, 2 * h, 4 * h), ""),
    "tiny steps": (lambda r, x, w, h: differences(x, w, 1e-5, 1e-5, 2e-5), ""),
    "exact": (lambda r, x, w, h: to_weight(3 * convolved(x, w) ** 2, x), "the_gradient_itself"),
    "kept": (lambda r, x, w, h: differences(x, w, h, h, 2 * h, kept=True), "weights_not_put_back"),
    "absolute": (lambda r, *_: abs(r), ""),
    "negative": (lambda r, *_: -r, "sign_exchanged"),
    "flat": (lambda r, *_: r.ravel(), ""),
    "one weight": (lambda r, *_: np.where(np.arange(r.size).reshape(r.shape) == 0, r, 0), ""),
    "first filter": (lambda r, *_: r[:1], ""),
    "mean": (lambda r, x, w, h: r / convolved(x, w).size, "mean_for_sum"),
    "mean over images": (lambda r, x, w, h: r / len(x), ""),
    "by the image": (lambda r, x, w, h: to_frame(3 * convolved(x, w) ** 2, w), ""),
    "not cubed": (lambda r, x, w, h: to_weight(np.ones_like(convolved(x, w)), x), "outputs_not_cubed"),
    "squared": (lambda r, x, w, h: to_weight(2 * convolved(x, w), x), ""),
    "moved by a part": (lambda r, x, w, h: _by_a_part(x, w, h), ""),
    "turned": (lambda r, x, w, h: turned(r) + 1, ""),
    "zeros": (lambda r, *_: 0 * r, ""),
} | partly(
    {
        "with several images": lambda x, w, h: len(x) > 1,
        "with several channels": lambda x, w, h: x.shape[1] > 1,
        "with one filter": lambda x, w, h: len(w) == 1,
        "of square kernels": lambda x, w, h: w.shape[2] == w.shape[3],
        "with a step of one": lambda x, w, h: h == 1,
        "where a weight is zero": lambda x, w, h: (w == 0).any(),
    },
    {"twice": lambda r, *_: 2 * r + 1, "negative": lambda r, *_: -r - 1, "last wrong": lambda r, *_: _last(r)},
)


def _last(array):
    return array + (np.arange(array.size).reshape(array.shape) == array.size - 1)


def _by_a_part(x, w, h):
    found = np.empty_like(w)
    for at in np.ndindex(w.shape):
        ahead, behind = (convolved(x, moved(w, at, sign * h * w[at])) ** 3 for sign in (1, -1))
        found[at] = (ahead.sum() - behind.sum()) / (2 * h)
    return found


# One step: parameter, gradient, velocity, lr, momentum, weight_decay


def formula(change):
    """Of p, g, v, lr, mu, wd and the right velocity."""
    return lambda r, p, g, v, lr, mu, wd: change(p, g, v, lr, mu, wd, r[1])


STEP = {
    "rate inside": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - (mu * v + lr * (g + wd * p)), mu * v + lr * (g + wd * p))),
        "rate_inside_the_velocity",
    ),
    "papers": (
        formula(lambda p, g, v, lr, mu, wd, new: (p + mu * v - lr * (g + wd * p), mu * v - lr * (g + wd * p))),
        "velocity_of_the_papers",
    ),
    "decay after": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (mu * v + g) - lr * wd * p, mu * v + g)),
        "decay_after_momentum",
    ),
    "decay without rate": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (mu * v + g) - wd * p, mu * v + g)), "decay_without_rate",
    ),
    "decay of the new parameter": (
        formula(lambda p, g, v, lr, mu, wd, new: ((p - lr * (mu * v + g)) * (1 - lr * wd), mu * v + g)), "",
    ),
    "decay taken off": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (mu * v + g - wd * p), mu * v + g - wd * p)),
        "decay_with_the_wrong_sign",
    ),
    "decay of the gradient": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (mu * v + g * (1 + wd)), mu * v + g * (1 + wd))), "",
    ),
    "no decay": (formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (mu * v + g), mu * v + g)), "decay_forgotten"),
    "no momentum": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (v + g + wd * p), v + g + wd * p)), "momentum_forgotten",
    ),
    "no velocity": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (g + wd * p), g + wd * p)), "velocity_forgotten",
    ),
    "uphill": (formula(lambda p, g, v, lr, mu, wd, new: (p + lr * new, new)), "uphill"),
    "old velocity": (formula(lambda p, g, v, lr, mu, wd, new: (p - lr * v, new)), "old_velocity_used"),
    "gradient": (formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (g + wd * p), new)), "gradient_used"),
    "velocity not returned": (lambda r, *_: r[0], ""),
    "old velocity returned": (formula(lambda p, g, v, lr, mu, wd, new: (p - lr * new, v)), ""),
    "dampened": (
        formula(
            lambda p, g, v, lr, mu, wd, new: (
                p - lr * (mu * v + (1 - mu) * (g + wd * p)), mu * v + (1 - mu) * (g + wd * p),
            )
        ),
        "dampened",
    ),
    "Nesterov": (formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (g + wd * p + mu * new), new)), "nesterov"),
    "momentum on all": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * mu * (v + g + wd * p), mu * (v + g + wd * p))),
        "momentum_on_all",
    ),
    "momentum on the decayed velocity": (
        formula(lambda p, g, v, lr, mu, wd, new: (p - lr * (mu * (v + wd * p) + g), mu * (v + wd * p) + g)), "",
    ),
    "velocity first": (lambda r, *_: r[::-1], "velocity_first"),
    "float64": (lambda r, *_: tuple(a.astype(float) for a in r), ""),
    "float32": (lambda r, *_: tuple(a.astype(np.float32) for a in r), ""),
} | partly(
    {
        "at rest": lambda p, g, v, lr, mu, wd: not v.any(),
        "with momentum": lambda p, g, v, lr, mu, wd: mu > 0,
        "with decay": lambda p, g, v, lr, mu, wd: wd > 0,
        "in float32": lambda p, g, v, lr, mu, wd: p.dtype == np.float32,
        "with a rate of one": lambda p, g, v, lr, mu, wd: lr == 1,
        "of several rows": lambda p, g, v, lr, mu, wd: len(p) > 1,
    },
    {
        "parameter one more": lambda r, *_: (r[0] + 1, r[1]),
        "velocity twice": lambda r, *_: (r[0], 2 * r[1] + 1),
        "exchanged": lambda r, *_: (r[1], r[0] + 1),
    },
)  # fmt: skip


# A path: start, gradients, rates, momentum, weight_decay


def fault(**faults):
    return lambda r, *args: path(*args, **faults)


PATH = {
    "as it was": (fault(inside=True, outside=True, alias=True), "still_broken"),
    "inside": (fault(inside=True), "rate_still_inside"),
    "outside": (fault(outside=True), "decay_still_outside"),
    "one array": (fault(alias=True), "one_array_still"),
    "rate mended": (fault(outside=True, alias=True), "only_the_rate_mended"),
    "decay mended": (fault(inside=True, alias=True), "only_the_decay_mended"),
    "array mended": (fault(inside=True, outside=True), "only_the_array_mended"),
    "no decay": (lambda r, s, g, t, mu, wd: path(s, g, t, mu), "ignores_weight_decay"),
    "no momentum": (lambda r, s, g, t, mu, wd: path(s, g, t, 0, wd), ""),
    "first rate": (lambda r, s, g, t, mu, wd: path(s, g, t[:1] + 0 * t, mu, wd), "first_rate_for_all"),
    "mean rate": (lambda r, s, g, t, mu, wd: path(s, g, t.mean() + 0 * t, mu, wd), ""),
    "rates backwards": (lambda r, s, g, t, mu, wd: path(s, g, t[::-1], mu, wd), ""),
    "uphill": (lambda r, s, g, t, mu, wd: path(s, -g, t, mu, -wd), ""),
    "decay grows": (lambda r, s, g, t, mu, wd: path(s, g, t, mu, -wd), ""),
    "from zero": (lambda r, s, g, t, mu, wd: path(0 * s, g, t, mu, wd), ""),
    "before": (lambda r, s, *_: np.vstack([s, r[:-1]]), "start_kept_last_left_out"),
    "start too": (lambda r, s, *_: np.vstack([s, r]), "start_kept_too"),
    "last": (lambda r, *_: r[-1], "last_place_alone"),
    "moves": (lambda r, s, *_: np.diff(np.vstack([s, r]), axis=0), ""),
    "list": (lambda r, *_: r.tolist(), ""),
    "inside after the first step": (where(lambda s, g, t, mu, wd: len(t) > 2, fault(inside=True)), ""),
    "inside with decay": (where(lambda s, g, t, mu, wd: wd > 0, fault(inside=True)), ""),
    "outside with momentum": (where(lambda s, g, t, mu, wd: mu > 0, fault(outside=True)), "decay_still_outside"),
    "one array of several numbers": (where(lambda s, g, t, mu, wd: len(s) > 1, fault(alias=True)), ""),
} | partly(
    {
        "in one step": lambda s, g, t, mu, wd: len(t) == 1,
        "of one number": lambda s, g, t, mu, wd: len(s) == 1,
        "with decay": lambda s, g, t, mu, wd: wd > 0,
        "with momentum": lambda s, g, t, mu, wd: mu > 0,
        "at a constant rate": lambda s, g, t, mu, wd: (t == t[0]).all(),
    },
    {
        "twice": lambda r, *_: 2 * r + 1,
        "last wrong": lambda r, *_: _last(r),
        "summed up": lambda r, *_: r.cumsum(0) + 1,
    },
)


# A descent: target, weight, padding, steps, lr, momentum


def descent(**changes):
    return lambda r, t, w, p, n, lr, mu: questions.step.descending(**changes)(t, w, p, n, lr, mu)


def back(gap, image, w, p):
    return backward(gap, image, w, p)[0]


RESTORE = {
    "uphill": (descent(by=lambda gap, image, t, w, p: -back(gap, image, w, p)), "uphill"),
    "target alone": (descent(by=lambda gap, image, t, w, p: back(-t, image, w, p)), "target_never_compared"),
    "not turned": (descent(by=lambda gap, image, t, w, p: back(gap, image, turned(w), p)), "kernel_not_turned"),
    "twice": (descent(by=lambda gap, image, t, w, p: 2 * back(gap, image, w, p)), "twice_the_difference"),
    "mean": (descent(by=lambda gap, image, t, w, p: back(gap, image, w, p) / gap.size), "mean_over_outputs"),
    "mean over images": (
        descent(by=lambda gap, image, t, w, p: back(gap, image, w, p) / len(gap)), "mean_over_images",
    ),
    "mean over filters": (descent(by=lambda gap, image, t, w, p: back(gap, image, w, p) / len(w)), ""),
    "sign": (
        descent(by=lambda gap, image, t, w, p: back(np.sign(gap), image, w, p)), "sign_of_the_difference_alone",
    ),
    "sign of the gradient": (descent(by=lambda gap, image, t, w, p: np.sign(back(gap, image, w, p))), ""),
    "from ones": (descent(start=1.0), "started_from_ones"),
    "one more step": (lambda r, t, w, p, n, lr, mu: restored(t, w, p, n + 1, lr, mu), "one_step_too_many"),
    "one step less": (lambda r, t, w, p, n, lr, mu: restored(t, w, p, n - 1, lr, mu), "one_step_too_few"),
    "one step": (lambda r, t, w, p, n, lr, mu: restored(t, w, p, 1, lr, mu), "ignores_steps"),
    "no momentum": (lambda r, t, w, p, n, lr, mu: restored(t, w, p, n, lr, 0), "ignores_momentum"),
    "usual rate": (lambda r, t, w, p, n, lr, mu: restored(t, w, p, n, 0.5, mu), "ignores_lr"),
    "cut": (lambda r, *_: np.maximum(r, 0), "negative_pixels_cut"),
    "absolute": (lambda r, *_: abs(r), ""),
    "with its padding": (lambda r, t, w, p, *_: np.pad(r, ((0, 0), (0, 0), (p, p), (p, p))), ""),
    "output": (lambda r, t, w, p, *_: convolved(framed(r, p), w), ""),
    "gap": (lambda r, t, w, p, *_: convolved(framed(r, p), w) - t, ""),
    "zeros": (lambda r, *_: 0 * r, ""),
    "transposed": (lambda r, *_: r.swapaxes(2, 3), ""),
} | partly(
    {
        "with several images": lambda t, w, p, *_: len(t) > 1,
        "with several channels": lambda t, w, p, *_: w.shape[1] > 1,
        "with padding": lambda t, w, p, *_: p > 0,
        "in one step": lambda t, w, p, n, *_: n == 1,
        "with momentum": lambda t, w, p, n, lr, mu: mu > 0,
        "of square kernels": lambda t, w, *_: w.shape[2] == w.shape[3],
    },
    {"twice": lambda r, *_: 2 * r + 1, "last wrong": lambda r, *_: _last(r), "negative": lambda r, *_: -r - 1},
)  # fmt: skip

STEPS = ("lr", None), ("momentum", None), ("weight_decay", None)
DESCENT = PADDING, ("steps", 1), ("lr", 0.5), ("momentum", 0.0)

WRONG = {
    "conv_forward": (through("conv_forward", PADDING), FORWARD),
    "conv_backward": (through("conv_backward", PADDING), BACKWARD),
    "numerical_gradient": (through("numerical_gradient", ("step", None)), NUMERICAL),
    "sgd_step": (through("sgd_step", *STEPS), STEP),
    "momentum_path": (through("momentum_path", ("momentum", None), ("weight_decay", 0.0)), PATH),
    "restore": (through("restore", *DESCENT), RESTORE),
}
