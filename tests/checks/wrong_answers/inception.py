"""Plausible wrong answers on Inception v2 to v4, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. An answer takes the right one first, then all arguments by position.
"""

import numpy as np
from array_mistakes import CHANGES, partly, shortened

from cnnbook.checks import _factorised as parts
from cnnbook.checks import inception as questions

through = shortened(questions)

FEW = {name: CHANGES[name] for name in ("the first entry is one more", "columns the wrong way round", "cut at zero")}


def on_right(changes):
    return {name: lambda right, *_, change=change: change(right) for name, change in changes.items()}


def plainly(changes):
    return {name: (answer, "") for name, answer in on_right(changes).items()}


# A pair


def cost(count):
    def answer(right, height, width, c, o, n, m):
        weights = count(c, o, n, m)
        return weights, height * width * weights, height * width * (n * n * c * o - weights)

    return answer


def one_more(place):
    return lambda right, *_: tuple(number + (at == place) for at, number in enumerate(right))


def times(place, factor):
    return lambda right, *_: tuple(number * (factor if at == place else 1) for at, number in enumerate(right))


COST = {
    "no channels between": (cost(lambda c, o, n, m: 2 * n * c * o), "between_forgotten"),
    "second reads c_in": (cost(lambda c, o, n, m: n * c * (m + o)), "second_reads_the_input"),
    "second makes between": (cost(lambda c, o, n, m: n * m * (c + m)), ""),
    "first half": (cost(lambda c, o, n, m: n * c * m), "first_half_alone"),
    "second half": (cost(lambda c, o, n, m: n * o * m), "second_half_alone"),
    "first half twice": (cost(lambda c, o, n, m: 2 * n * c * m), ""),
    "squared": (cost(lambda c, o, n, m: n * n * m * (c + o)), "kernels_squared"),
    "no taps": (cost(lambda c, o, n, m: m * (c + o)), ""),
    "three taps": (cost(lambda c, o, n, m: 3 * m * (c + o)), ""),
    "biases between": (cost(lambda c, o, n, m: n * m * (c + o) + m), ""),
    "biases": (cost(lambda c, o, n, m: n * m * (c + o) + m + o), "biases_counted"),
    "a tap shared": (cost(lambda c, o, n, m: (2 * n - 1) * m * max(c, o)), ""),
    "square images": (lambda r, h, w, c, o, n, m: (r[0], r[0] * h * h, (n * n * c * o - r[0]) * h * h), ""),
    "smaller images": (lambda r, h, w, c, o, n, m: (
        r[0], r[0] * max(1, h - n + 1) * max(1, w - n + 1), r[2]), ""),
    "saved in weights": (lambda r, h, w, *_: (*r[:2], r[2] // (h * w)), "saved_weights"),
    "never negative": (lambda r, *_: (*r[:2], max(r[2], 0)), "saved_never_negative"),
    "a share": (lambda r, *_: (*r[:2], r[2] / (r[1] + r[2])), ""),
    "exchanged": (lambda r, *_: r[::-1], ""),
    "two of three": (lambda r, *_: r[:2], ""),
    "floats": (lambda r, *_: tuple(number + 0.5 for number in r), ""),
    "FLOPs for MACs": (times(1, 2), ""),
    **{f"one more in {place}": (one_more(place), "") for place in range(3)},
} | partly(
    {
        "of an even n": lambda h, w, c, o, n, m: n % 2 == 0,
        "of higher images": lambda h, w, c, o, n, m: h > w,
        "where the pair is dearer": lambda h, w, c, o, n, m: m * (c + o) > n * c * o,
    },
    {"no channels between": cost(lambda c, o, n, m: 2 * n * c * o), "one more": one_more(2), "MACs twice": times(1, 2)},
)  # fmt: skip


# A grid


def grid(**changes):
    return lambda right, x, weight: parts.halved(x, weight, **changes)


def put(change):
    """Another pool."""
    return grid(pooled=lambda x, size: change(parts.windows(x, size)))


GRID = {
    "no ReLU": (grid(behind=parts.same), "relu_forgotten"),
    "two ReLUs": (grid(passed=parts.relu), "relu_on_the_pool_too"),
    "the other ReLU": (grid(behind=parts.same, passed=parts.relu), "relu_on_the_pool_alone"),
    "leaky": (grid(behind=lambda x: np.where(x > 0, x, 0.1 * x)), ""),
    "absolute": (grid(behind=abs), ""),
    "ReLU on x": (lambda right, x, weight: parts.halved(parts.relu(x), weight), ""),
    "pool first": (grid(order=(1, 0)), "pool_comes_first"),
    "pool twice": (grid(order=(1, 1)), ""),
    "one behind the other": (lambda right, x, weight: parts.pooled_first(x, weight), "pool_before_the_convolution"),
    "means": (put(lambda w: w.mean((4, 5))), "mean_for_maximum"),
    "sums": (put(lambda w: w.sum((4, 5))), ""),
    "windows of 2x2": (grid(pooled=lambda x, size: parts.largest(x, 2)), "pool_of_two"),
    "smallest": (put(lambda w: w.min((4, 5))), ""),
    "largest without sign": (put(lambda w: abs(w).max((4, 5))), ""),
    "last pixel": (put(lambda w: w[..., -1, -1]), ""),
    "a pool by its own size": (
        grid(pooled=lambda x, size: parts.windows(x, size, size).max((4, 5))), "pool_without_its_stride",
    ),
    "first row": (put(lambda w: w[..., 0, :].max(4)), ""),
    "mean kernel": (lambda right, x, weight: parts.halved(x, weight / weight[0].size), ""),
    "filters the wrong way round": (lambda right, x, weight: parts.halved(x, weight[::-1]), ""),
    "channels the wrong way round": (lambda right, x, weight: parts.halved(x, weight[:, ::-1]), ""),
    "turned": (lambda right, x, weight: parts.halved(x, weight[..., ::-1, ::-1]), "kernels_turned"),
    "from the second pixel": (lambda right, x, weight: parts.halved(np.roll(x, -1, (2, 3)), weight), ""),
    **plainly(FEW | {"a list": CHANGES["a list"], "a row too many": CHANGES["a row of zeros too many"]}),
} | partly(
    {
        "of several images": lambda x, weight: len(x) > 1,
        "of even kernels": lambda x, weight: weight.shape[3] % 2 == 0,
        "with a row left over": lambda x, weight: (x.shape[2] - weight.shape[2]) % 2,
    },
    {
        "no ReLU": grid(behind=parts.same), "ReLU on the pool": grid(passed=parts.relu),
        "the first entry one more": on_right(FEW)["the first entry is one more"],
    },
)  # fmt: skip


# A smooth loss


def losing(**mistakes):
    return lambda right, logits, labels, smoothing: parts.smoothed(logits, labels, smoothing, **mistakes)


LOSS = {
    "twice": (losing(own=parts.counted_twice), "right_class_still_counted_twice"),
    "no share": (losing(own=lambda eps, K: 1 - eps), "right_class_without_its_share"),
    "not at all": (losing(own=lambda eps, K: eps / K), "right_class_left_at_its_share"),
    "nothing": (losing(own=lambda eps, K: 0), ""),
    "others without": (losing(other=lambda eps, K: 0), ""),
    "K - 1": (losing(own=lambda e, K: 1 - e, other=lambda e, K: e / (K - 1)), "spread_over_the_wrong_classes"),
    "K - 1, with a share": (losing(other=lambda eps, K: eps / (K - 1)), ""),
    "K + 1": (losing(other=lambda eps, K: eps / (K + 1)), ""),
    "always a tenth": (lambda right, z, y, eps: parts.smoothed(z, y, 0.1), ""),
    "hard": (lambda right, z, y, eps: parts.smoothed(z, y, 0.0), ""),
    "half the smoothing": (lambda right, z, y, eps: parts.smoothed(z, y, eps / 2), ""),
    "hard loss": (losing(hard=True), "loss_still_of_hard_labels"),
    "hard gradient": (lambda right, z, y, eps: (right[0], parts.smoothed(z, y, 0.0)[1]), ""),
    "summed gradient": (losing(summed=True), "gradient_still_summed"),
    "by the classes": (losing(by=lambda N, K: K), "gradient_divided_by_the_classes"),
    "by all": (losing(by=lambda N, K: N * K), "gradient_divided_by_all"),
    "summed": (lambda right, z, y, eps: (right[0] * len(z), right[1] * len(z)), ""),
    "loss by all": (lambda right, z, y, eps: (right[0] / z.shape[1], right[1]), "loss_divided_by_the_classes_too"),
    "negative loss": (lambda right, *_: (-right[0], right[1]), ""),
    "negative gradient": (lambda right, *_: (right[0], -right[1]), "sign_of_a_step"),
    "probabilities": (lambda right, z, y, eps: (
        right[0], np.exp(z) / np.exp(z).sum(1, keepdims=True) / len(z)), ""),
    "logits for probabilities": (lambda right, z, y, eps: (right[0], (z - np.eye(z.shape[1])[y]) / len(z)), ""),
    "loss alone": (lambda right, *_: right[0], ""),
    "exchanged": (lambda right, *_: right[::-1], ""),
    "mean gradient": (lambda right, *_: (right[0], right[1].mean(0)), ""),
} | partly(
    {
        "of several images": lambda z, y, eps: len(z) > 1,
        "of two classes": lambda z, y, eps: z.shape[1] == 2,
        "of one label": lambda z, y, eps: len({*y.tolist()}) == 1,
    },
    {
        "counted twice": losing(own=parts.counted_twice), "divided by all": losing(by=lambda N, K: N * K),
        "one more": lambda right, *_: (right[0] + 1, right[1]),
    },
)  # fmt: skip


# A design, of the arguments n, c_in, c_out, least, budget


def fixed(make):
    return lambda right, *case: make(*case)


def last_changed(change):
    """Another last layer."""
    return lambda right, *case: [*right[:-1], change(*right[-1])]


def first_changed(change):
    return lambda right, *case: [change(*right[0]), *right[1:]]


DESIGN = {
    "the pair": (fixed(lambda n, c, o, m, b: [(1, n, m), (n, 1, o)]), "always_the_pair"),
    "the other pair": (fixed(lambda n, c, o, m, b: [(n, 1, m), (1, n, o)]), ""),
    "one kernel": (fixed(lambda n, c, o, m, b: [(n, n, o)]), "always_one_kernel"),
    "c_out between": (fixed(lambda n, c, o, m, b: [(1, n, o), (n, 1, o)]), "as_many_between_as_out"),
    "c_in between": (fixed(lambda n, c, o, m, b: [(1, n, c), (n, 1, o)]), "as_many_between_as_in"),
    "one between": (fixed(lambda n, c, o, m, b: [(1, n, 1), (n, 1, o)]), "one_channel_between"),
    "one too few between": (fixed(lambda n, c, o, m, b: [(1, n, max(1, m - 1)), (n, 1, o)]), ""),
    "one more between": (fixed(lambda n, c, o, m, b: [(1, n, m + 1), (n, 1, o)]), ""),
    "nothing between": (fixed(lambda n, c, o, m, b: [(1, n, 0), (n, 1, o)]), ""),
    "two rows": (fixed(lambda n, c, o, m, b: [(1, n, m), (1, n, o)]), "two_rows"),
    "two columns": (fixed(lambda n, c, o, m, b: [(n, 1, m), (n, 1, o)]), ""),
    "a row": (fixed(lambda n, c, o, m, b: [(1, n, o)]), ""),
    "ends with least": (fixed(lambda n, c, o, m, b: [(1, n, m), (n, 1, m)]), "ends_with_the_least"),
    "three by three": (fixed(lambda n, c, o, m, b: [(3, 3, m), (3, 3, o)]), ""),
    "nothing": (fixed(lambda n, c, o, m, b: []), ""),
    "None": (fixed(lambda n, c, o, m, b: None), ""),
    "one triple": (lambda right, *_: right[0], ""),
    "no channels": (lambda right, *_: [layer[:2] for layer in right], ""),
    "floats": (lambda right, *_: [(*layer[:2], layer[2] / 1) for layer in right], ""),
    "text": (lambda right, *_: str(right), ""),
    "the wrong way round": (lambda right, *_: right[::-1], ""),
    "a pixel too many": (last_changed(lambda kH, kW, o: (kH + 1, kW, o)), ""),
    "a column too many": (first_changed(lambda kH, kW, m: (kH, kW + 1, m)), ""),
    "a channel too many": (last_changed(lambda kH, kW, o: (kH, kW, o + 1)), ""),
    "a channel too few": (last_changed(lambda kH, kW, o: (kH, kW, o - 1)), ""),
    "a layer too many": (lambda right, *case: [*right, right[-1]], ""),
} | partly(
    {
        "of an even n": lambda n, *_: n % 2 == 0,
        "with many between": lambda n, c, o, m, b: m > o,
        "with nothing to spare": lambda n, c, o, m, b: b == min(n * n * c * o, n * m * (c + o)),
    },
    {
        "a channel too many": last_changed(lambda kH, kW, o: (kH, kW, o + 1)),
        "a pixel too many": last_changed(lambda kH, kW, o: (kH + 1, kW, o)),
    },
)  # fmt: skip

WRONG = {
    "pair_cost": (through("pair_cost"), COST),
    "halve_grid": (through("halve_grid"), GRID),
    "smooth_loss": (through("smooth_loss"), LOSS),
    "factorise": (through("factorise"), DESIGN),
}
