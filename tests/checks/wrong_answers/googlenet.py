"""Plausible wrong answers to the questions on GoogLeNet, and which known mistake each may be called.

About half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is
not theirs.
"""

import numpy as np
from array_mistakes import CHANGES, changed

from cnnbook import functional as F


def as_it_is(answer):
    return answer


# The module


def conv(x, weight):
    return F.conv2d(x, weight, padding=weight.shape[-1] // 2)


def pooled(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


def parts(x, w1, w3r, w3, w5r, w5, wp, *, reduced=F.relu, last=F.relu):
    by_pool = last(conv(pooled(x), wp))
    return [last(conv(x, w1)), last(conv(reduced(conv(x, w3r)), w3)), last(conv(reduced(conv(x, w5r)), w5)), by_pool]


def block(*arrays):
    return np.concatenate(parts(*arrays), 1)


def instead(number, make):
    """Another branch in the place of one."""

    def answer(*arrays):
        found = parts(*arrays)
        found[number] = make(*arrays)
        return np.concatenate(found, 1)

    return answer


def several_images(x, *_):
    return len(x) > 1


def as_many_before_both(x, w1, w3r, w3, w5r, w5, wp):
    return len(w3r) == len(w5r)


def higher(x, *_):
    return x.shape[2] > x.shape[3]


def same(x):
    return x


def leaky(x):
    return np.where(x > 0, x, 0.1 * x)


FEW = {name: CHANGES[name] for name in list(CHANGES)[:4]}
BLOCK = (
    {name: pair for name, pair in changed(block).items() if name in FEW}
    | {name: pair for name, pair in changed(block, as_many_before_both).items() if name.split(",")[0] in FEW}
    | {name: pair for name, pair in changed(block, higher).items() if name.split(",")[0] in FEW}
    | {name: pair for name, pair in changed(block, several_images).items() if name.split(",")[0] in [*FEW][:2]}
    | {
        "plain reductions": (lambda *a: np.concatenate(parts(*a, reduced=same), 1), "no_relu_behind_reductions"),
        "plain ends": (lambda *a: np.concatenate(parts(*a, last=same), 1), "no_relu_at_the_end"),
        "leaky reductions": (lambda *a: np.concatenate(parts(*a, reduced=leaky), 1), ""),
        "absolute": (lambda *a: np.concatenate(parts(*a, reduced=abs), 1), ""),
        "one reduction plain": (
            instead(1, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(conv(conv(x, w3r), w3))), "",
        ),
        "the other reduction plain": (
            instead(2, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(conv(conv(x, w5r), w5))), "",
        ),
        "projected first": (
            instead(3, lambda x, w1, w3r, w3, w5r, w5, wp: pooled(F.relu(conv(x, wp)))), "projected_before_the_pool",
        ),
        "mean pool": (
            instead(3, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(
                conv(F.avg_pool2d(x, 3, stride=1, padding=1), wp))), "mean_for_maximum",
        ),
        "pool of two": (
            instead(3, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(
                conv(F.max_pool2d(x, 2, stride=1, padding=1)[:, :, 1:, 1:], wp))), "",
        ),
        "no pool": (instead(3, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(conv(x, wp))), "pool_left_out"),
        "pool on positive": (instead(3, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(conv(pooled(F.relu(x)), wp))), ""),
        "exchanged reductions": (
            lambda x, w1, w3r, w3, w5r, w5, wp: block(x, w1, w5r, w3, w3r, w5, wp), "reductions_exchanged",
        ),
        "exchanged where it fits": (
            lambda x, w1, w3r, w3, w5r, w5, wp: (
                block(x, w1, w5r, w3, w3r, w5, wp) if len(w3r) == len(w5r) else block(x, w1, w3r, w3, w5r, w5, wp)
            ), "",
        ),
        "pool first": (lambda *a: np.concatenate([parts(*a)[n] for n in (3, 0, 1, 2)], 1), "pool_comes_first"),
        "5x5 first": (lambda *a: np.concatenate([parts(*a)[n] for n in (0, 2, 1, 3)], 1), "larger_kernels_exchanged"),
        "three branches": (lambda *a: np.concatenate(parts(*a)[:3], 1), ""),
        "ReLU on the input": (lambda x, *rest: block(F.relu(x), *rest), ""),
        "no 5x5": (instead(2, lambda x, w1, w3r, w3, w5r, w5, wp: F.relu(
            conv(F.relu(conv(x, w5r)), w5[..., 1:4, 1:4]))), ""),
    }
)  # fmt: skip


# What it costs


def triple(c, s, n1, r3, n3, r5, n5, p, *, reduced=True):
    if not reduced:
        weights = c * (n1 + 9 * n3 + 25 * n5)
        return n1 + n3 + n5 + c, weights + n1 + n3 + n5, weights * s * s
    weights = c * (n1 + r3 + r5 + p) + 9 * r3 * n3 + 25 * r5 * n5
    return n1 + n3 + n5 + p, weights + n1 + r3 + n3 + r5 + n5 + p, weights * s * s


def with_change(change, where=lambda *_, **__: True):
    def answer(*row, reduced=True):
        found = triple(*row, reduced=reduced)
        return change(found, *row) if where(*row, reduced=reduced) else found

    return answer, ""


def naive(*_, reduced):
    return not reduced


def with_reductions(*_, reduced):
    return reduced


def wide(c, s, n1, r3, n3, r5, n5, p, *, reduced):
    return r3 > c


def large(c, *_, reduced):
    return c > 60


COUNTS = {
    "one channel more": lambda t, *_: (t[0] + 1, *t[1:]),
    "one parameter more": lambda t, *_: (t[0], t[1] + 1, t[2]),
    "one MAC less": lambda t, *_: (*t[:2], t[2] - 1),
    "swapped": lambda t, *_: (t[0], t[2] + 1, t[1]),
}
COST = {
    f"{name}, {where.__name__.replace('_', ' ')}": with_change(change, where)
    for name, change in [*COUNTS.items()][:3] for where in (naive, with_reductions, wide, large)
} | {name: with_change(change) for name, change in COUNTS.items()} | {
    "one pixel": with_change(lambda t, c, s, *_: (*t[:2], t[2] // s**2)),
    "no biases": with_change(lambda t, c, s, *_: (t[0], t[2] // s**2, t[2])),
    "FLOPs": with_change(lambda t, *_: (*t[:2], 2 * t[2])),
    "biases in MACs": with_change(lambda t, c, s, *_: (*t[:2], t[1] * s**2)),
    "bias of what comes out": with_change(lambda t, c, s, *_: (t[0], t[2] // s**2 + t[0], t[2])),
    "row": with_change(lambda t, c, s, *_: (*t[:2], t[2] // s)),
    "no pool in the naive one": with_change(lambda t, c, *_: (t[0] - c, *t[1:]), naive),
    "no pool at all": with_change(lambda t, c, s, n1, r3, n3, r5, n5, p: (n1 + n3 + n5, *t[1:])),
    "as strings": with_change(lambda t, *_: tuple(map(str, t))),
    "two of three": with_change(lambda t, *_: t[:2]),
    "one number": with_change(lambda t, *_: t[1]),
    "in millions": with_change(lambda t, *_: (*t[:2], t[2] / 1e6)),
    "always reduced": (lambda *row, reduced=True: triple(*row), "ignores_reduced"),
    "the other one": (lambda *row, reduced=True: triple(*row, reduced=not reduced), "modules_exchanged"),
    "no padding": with_change(lambda t, c, s, *_: (*t[:2], t[2] // s**2 * max(1, s - 2) ** 2)),
    "5x5 as two 3x3": with_change(
        lambda t, c, s, n1, r3, n3, r5, n5, p: (*t[:2], t[2] - 7 * s * s * r5 * n5), with_reductions
    ),
}  # fmt: skip
NAMED = {
    "one pixel": "one_pixel_counted", "no biases": "biases_forgotten", "FLOPs": "flops_counted",
    "biases in MACs": "biases_multiplied", "row": "one_axis_alone",
    "no pool in the naive one": "naive_loses_the_pool",
}  # fmt: skip
COST = {name: (answer, NAMED.get(name, code)) for name, (answer, code) in COST.items()}


# Reductions for a budget


def prices(c, s, n1, n3, n5, p):
    return s * s * c * (n1 + p), s * s * (c + 9 * n3), s * s * (c + 25 * n5)


def pair(c, s, n1, n3, n5, p, budget, *, priced=prices):
    fixed, price3, price5 = priced(c, s, n1, n3, n5, p)
    before3 = (budget - fixed - price5) // price3
    if before3 < 1:
        return None
    return before3, 1 + (budget - fixed - price5 - before3 * price3) // price5


def five_first(*row_and_budget):
    """A right one."""
    *row, budget = row_and_budget
    fixed, price3, price5 = prices(*row)
    before5 = (budget - fixed - price3) // price5
    return None if before5 < 1 else ((budget - fixed - before5 * price5) // price3, before5)


def then(change, right=pair):
    return lambda *row: None if right(*row) is None else change(*right(*row))


def by(priced):
    return lambda *row: pair(*row, priced=priced)


def only_for(where, change, right=pair):
    def answer(*row):
        found = right(*row)
        return change(*found) if found and where(*row) else found

    return answer


def more_pixels(c, s, *_):
    return s > 2


def narrow_threes(c, s, n1, n3, *_):
    return n3 < 3


def dear_fives(c, s, n1, n3, n5, *_):
    return n5 > n3


SHIFTS = {
    "one more before 3x3": lambda a, b: (a + 1, b),
    "one less before 3x3": lambda a, b: (a - 1, b),
    "one more before 5x5": lambda a, b: (a, b + 1),
    "one less before 5x5": lambda a, b: (a, b - 1),
}
REDUCTIONS = {
    f"{name}, {where.__name__.replace('_', ' ')}": (only_for(where, change), "")
    for name, change in SHIFTS.items() for where in (more_pixels, narrow_threes, dear_fives)
} | {f"{name}, 5x5 first": (then(change, five_first), "") for name, change in SHIFTS.items()} | {
    "one more": (then(lambda a, b: (a + 1, b)), "first_that_is_too_wide"),
    "one each": (then(lambda a, b: (1, 1)), "one_channel_each"),
    "first alone": (then(lambda a, b: (a, 1)), "second_not_widened"),
    "exchanged": (then(lambda a, b: (b, a)), "larger_kernel_first"),
    "zeros": (lambda *row: pair(*row) or (0, 0), "none_for_nothing"),
    "ones for nothing": (lambda *row: pair(*row) or (1, 1), ""),
    "always none": (lambda *row: None, ""),
    "below": (lambda *row: pair(*row[:-1], row[-1] - 1), "budget_not_to_be_reached"),
    "no fixed": (by(lambda *row: (0, *prices(*row)[1:])), "fixed_branches_forgotten"),
    "no 1x1 behind the pool": (by(lambda c, s, n1, n3, n5, p: prices(c, s, n1, n3, n5, 0)),
                               "only_the_first_branch_fixed"),
    "no 1x1 branch": (by(lambda c, s, n1, n3, n5, p: prices(c, s, 0, n3, n5, p)), ""),
    "one pixel": (by(lambda c, s, *row: prices(c, 1, *row)), "one_pixel_counted"),
    "one row": (lambda c, s, *row: pair(c, 1, *row[:-1], row[-1] // s), ""),
    "free reductions": (by(lambda c, s, n1, n3, n5, p: (s * s * c * (n1 + p), 9 * s * s * n3, 25 * s * s * n5)),
                        "reductions_for_nothing"),
    "free kernels": (by(lambda c, s, n1, n3, n5, p: (s * s * c * (n1 + p), s * s * c, s * s * c)), ""),
    "naive prices": (by(lambda c, s, n1, n3, n5, p: (s * s * c * (n1 + p), 9 * s * s * n3 * c, 25 * s * s * n5 * c)),
                     ""),
    "biases too": (by(lambda c, s, n1, n3, n5, p: (
        s * s * (c + 1) * (n1 + p), s * s * (c + 1 + 9 * n3), s * s * (c + 1 + 25 * n5))), ""),
    "floats": (then(lambda a, b: (a + 0.5, b)), ""),
    "three numbers": (then(lambda a, b: (a, b, 1)), ""),
    "one number": (then(lambda a, b: a), ""),
    "strings": (then(lambda a, b: (str(a), str(b))), ""),
}  # fmt: skip


# The loss


def ce(features, head, labels):
    logits = features @ head.T
    return (np.log(np.exp(logits).sum(1)) - logits[np.arange(len(labels)), labels]).mean()


def seen(x, stages):
    found = []
    for weight in stages:
        x = np.maximum(x @ weight.T, 0)
        found.append(x)
    return found


def three(x, stages, heads, labels):
    first, second, last = seen(x, stages)
    return ce(last, heads[0], labels), ce(first, heads[1], labels), ce(second, heads[2], labels)


def loss(*a, training=True):
    end, first, second = three(*a)
    return end + training * 0.3 * (first + second)


def mixed(training_loss, evaluation_loss=lambda end, first, second: end):
    return lambda *a, training=True: (training_loss if training else evaluation_loss)(*three(*a))


def from_parts(make):
    return lambda *a, training=True: make(*a) if training else loss(*a, training=False)


def where(condition, change=lambda value: value + 0.01):
    def answer(*a, training=True):
        value = loss(*a, training=training)
        return change(value) if condition(*a, training) else value

    return answer, ""


LOSS = {
    "swapped": (mixed(lambda e, f, s: e), "helpers_left_out"),
    "heads exchanged": (
        lambda x, st, h, y, *, training=True: loss(x, st, h[[0, 2, 1]], y, training=training),
        "heads_still_exchanged",
    ),
    "end's head first and last": (
        lambda x, st, h, y, *, training=True: loss(x, st, h[::-1], y, training=training), "",
    ),
    "heads moved on": (lambda x, st, h, y, *, training=True: loss(x, st, h[[2, 0, 1]], y, training=training), ""),
    "0.3 on all": (mixed(lambda e, f, s: 0.3 * (e + f + s)), "factor_still_on_the_end"),
    "0.3 on all, always": (
        mixed(lambda e, f, s: 0.3 * (e + f + s), lambda e, f, s: 0.3 * e), "factor_on_the_end_in_evaluation",
    ),
    "always helpers": (lambda *a, training=True: loss(*a), "helpers_still_in_evaluation"),
    "modes exchanged": (lambda *a, training=True: loss(*a, training=not training), ""),
    "sum": (mixed(lambda e, f, s: e + f + s), "factor_left_out"),
    "brackets": (mixed(lambda e, f, s: e + 0.3 * f + s), "factor_on_the_first_helper_alone"),
    "other brackets": (mixed(lambda e, f, s: e + f + 0.3 * s), ""),
    "mean of helpers": (mixed(lambda e, f, s: e + 0.15 * (f + s)), "mean_of_the_helpers"),
    "mean": (mixed(lambda e, f, s: (e + f + s) / 3), "mean_of_three"),
    "to one": (mixed(lambda e, f, s: (e + 0.3 * f + 0.3 * s) / 1.6), "weights_add_up_to_one"),
    "0.7 for the end": (mixed(lambda e, f, s: 0.7 * e + 0.3 * (f + s)), ""),
    "0.4": (mixed(lambda e, f, s: e + 0.4 * (f + s)), ""),
    "0.03": (mixed(lambda e, f, s: e + 0.03 * (f + s)), ""),
    "minus": (mixed(lambda e, f, s: e - 0.3 * (f + s)), ""),
    "one helper": (mixed(lambda e, f, s: e + 0.3 * f), ""),
    "the other helper": (mixed(lambda e, f, s: e + 0.3 * s), ""),
    "three losses": (lambda *a, training=True: three(*a), ""),
    "nothing in evaluation": (mixed(lambda e, f, s: e + 0.3 * (f + s), lambda e, f, s: 0.0), ""),
    "mean in evaluation": (mixed(lambda e, f, s: e + 0.3 * (f + s), lambda e, f, s: (e + f + s) / 3), ""),
    "sum over images": (lambda *a, training=True: len(a[0]) * loss(*a, training=training), "sum_over_images"),
    "mean of the logits": (
        from_parts(lambda x, st, h, y: ce(sum(seen(x, st)), h[0], y)), "",
    ),
    "no ReLU": (
        from_parts(lambda x, st, h, y: ce(x @ st[0].T @ st[1].T @ st[2].T, h[0], y) + 0.3 * (
            ce(x @ st[0].T, h[1], y) + ce(x @ st[0].T @ st[1].T, h[2], y))), "",
    ),
    "helpers early": (
        from_parts(lambda x, st, h, y: ce(seen(x, st)[2], h[0], y) + 0.3 * (
            ce(x, h[1], y) + ce(seen(x, st)[0], h[2], y))), "",
    ),
    "several images": where(lambda x, st, h, y, training: len(x) > 1),
    "one image": where(lambda x, st, h, y, training: len(x) == 1),
    "two classes": where(lambda x, st, h, y, training: h.shape[1] == 2),
    "several classes": where(lambda x, st, h, y, training: h.shape[1] > 2),
    "one feature": where(lambda x, st, h, y, training: x.shape[1] == 1),
    "in evaluation": where(lambda x, st, h, y, training: not training),
    "many images in evaluation": where(lambda x, st, h, y, training: len(x) > 1 and not training),
    "few features in training": where(lambda x, st, h, y, training: x.shape[1] < 3 and training),
    "one label": where(lambda x, st, h, y, training: len({*y.tolist()}) == 1),
}  # fmt: skip


# Maps of classes


def both(features, weight, bias):
    maps = np.einsum("kc,chw->khw", weight, features) + bias[:, None, None]
    return maps, maps.mean((1, 2))


def in_one(place, change, where=lambda *_: True):
    def answer(*arrays):
        found = both(*arrays)
        return tuple(change(a) if n == place and where(*arrays) else a for n, a in enumerate(found))

    return answer, ""


def several_classes(f, w, b):
    return len(w) > 1


def higher_maps(f, w, b):
    return f.shape[1] > f.shape[2]


def one_feature(f, w, b):
    return len(f) == 1


def square(f, w, b):
    return len(w) == len(f)


def more(a):
    return a + 1


MAPS = {
    f"maps, {name}": in_one(0, change) for name, change in CHANGES.items() if name not in ("cut at zero", "flat")
} | {
    f"one more, {condition.__name__.replace('_', ' ')} {place}": in_one(place, more, condition)
    for place in (0, 1) for condition in (several_classes, higher_maps, one_feature, square)
} | {
    "no bias": (lambda f, w, b: both(f, w, 0 * b), "bias_forgotten"),
    "bias in logits": (lambda f, w, b: (both(f, w, 0 * b)[0], both(f, w, b)[1]), "bias_in_the_logits_alone"),
    "bias shared": (lambda f, w, b: (both(f, w, b / f[0].size)[0], both(f, w, b)[1]), "bias_shared_by_the_places"),
    "bias shared, in both": (lambda f, w, b: both(f, w, b / f[0].size), ""),
    "sum": in_one(1, lambda a: 0 * a),
    "largest": (lambda f, w, b: (both(f, w, b)[0], both(f, w, b)[0].max((1, 2))), "largest_for_mean"),
    "exchanged": (lambda f, w, b: both(f, w, b)[::-1], ""),
    "maps alone": (lambda f, w, b: both(f, w, b)[0], ""),
    "bias along the columns": (
        lambda f, w, b: (np.einsum("kc,chw->khw", w, f) + np.resize(b, f.shape[2]), both(f, w, b)[1]), "",
    ),
    "positive features": (lambda f, w, b: both(np.maximum(f, 0), w, b), ""),
    "softmax": in_one(1, lambda a: np.exp(a - a.max()) / np.exp(a - a.max()).sum()),
}  # fmt: skip

WRONG = {
    "inception_block": (as_it_is, BLOCK),
    "module_cost": (as_it_is, COST),
    "choose_reductions": (as_it_is, REDUCTIONS),
    "loss_with_helpers": (as_it_is, LOSS),
    "class_maps": (as_it_is, MAPS),
}
