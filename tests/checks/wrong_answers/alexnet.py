"""Plausible wrong answers to the questions on AlexNet, and which known mistake each may be called.

Many are right but for one region: a check must reject them too, and accuse nobody of a mistake that is not theirs.
"""

from itertools import product

import numpy as np
from array_mistakes import CHANGES, changed

# Count a table: of one row at a time


def cost(table, size, channels, groups, *, depth=None, kernels=None, places=None, bias=None, left=None):
    """With another depth of a kernel, number of kernels, size of a map, number of biases, size behind a pooling."""
    parameters = macs = 0
    for number, (out, k, stride, padding, split, pool) in enumerate(table):
        here = {"c": channels, "o": out, "k": k, "s": stride, "p": padding, "n": size, "g": groups if split else 1,
                "row": number, "rows": len(table), "pool": pool, "G": groups}  # fmt: skip
        deep = depth(here) if depth else channels // here["g"]
        weights = (kernels(here) if kernels else out) * deep * k * k
        size = max(1, places(here) if places else (size + 2 * padding - k) // stride + 1)
        parameters += weights + (bias(here) if bias else out)
        macs += weights * size**2
        if pool:
            size = max(1, left({"m": size} | here) if left else (size - 3) // 2 + 1)
        channels = out
    return parameters, macs


def full(holds=lambda h: True):
    return {"depth": lambda h: h["c"] if holds(h) else h["c"] // h["g"]}


def moved(holds, size):
    return {"places": lambda h: size(h) if holds(h) else (h["n"] + 2 * h["p"] - h["k"]) // h["s"] + 1}


def biases(count):
    return {"bias": count}


def pooling(size, holds=lambda h: True):
    return {"left": lambda h: size(h["m"]) if holds(h) else (h["m"] - 3) // 2 + 1}


def always(h):
    return True


COSTS = {
    "one tower": (full(), "groups_forgotten"),
    "one tower in the first row": (full(lambda h: h["row"] == 0), ""),
    "one tower behind the first row": (full(lambda h: h["row"] > 0), ""),
    "one tower in 1x1": (full(lambda h: h["k"] == 1), ""),
    "one tower where pooled": (full(lambda h: h["pool"]), ""),
    "one tower where more comes out": (full(lambda h: h["o"] > h["c"]), ""),
    "fewer kernels": ({"kernels": lambda h: h["o"] // h["g"]}, "divided_twice"),
    "groups in all rows": (
        {"depth": lambda h: h["c"] // h["G"] if h["c"] % h["G"] == 0 else h["c"]}, "groups_in_every_layer",
    ),
    "no biases": (biases(lambda h: 0), "biases_forgotten"),
    "no biases in the first row": (biases(lambda h: h["o"] * (h["row"] > 0)), ""),
    "one bias a row": (biases(lambda h: 1), ""),
    "a bias for each channel below": (biases(lambda h: h["c"]), ""),
    "half of the biases in two groups": (biases(lambda h: h["o"] // h["g"]), ""),
    "twice the biases in two groups": (biases(lambda h: h["o"] * h["g"]), ""),
    "no stride": (moved(always, lambda h: h["n"] + 2 * h["p"] - h["k"] + 1), "stride_forgotten"),
    "no stride in the first row": (moved(lambda h: h["row"] == 0, lambda h: h["n"] + 2 * h["p"] - h["k"] + 1), ""),
    "no stride above 2": (moved(lambda h: h["s"] > 2, lambda h: h["n"] + 2 * h["p"] - h["k"] + 1), ""),
    "no padding": (moved(always, lambda h: max(0, h["n"] - h["k"]) // h["s"] + 1), ""),
    "padding once": (moved(always, lambda h: max(0, h["n"] + h["p"] - h["k"]) // h["s"] + 1), ""),
    "rounded up": (moved(always, lambda h: -(-(h["n"] + 2 * h["p"] - h["k"]) // h["s"]) + 1), ""),
    "first place forgotten": (moved(always, lambda h: (h["n"] + 2 * h["p"] - h["k"]) // h["s"]), ""),
    "size divided by stride": (moved(always, lambda h: h["n"] // h["s"]), ""),
    "no pools": (pooling(lambda m: m), "pools_forgotten"),
    "no pool in the first row": (pooling(lambda m: m, lambda h: h["row"] == 0), ""),
    "pools of two": (pooling(lambda m: m // 2), "pools_side_by_side"),
    "one place too many behind a pool": (pooling(lambda m: (m - 3) // 2 + 2), ""),
    "pools of three side by side": (pooling(lambda m: m // 3), ""),
    "pools one apart": (pooling(lambda m: m - 2), ""),
    "the first row's channels": ({"depth": lambda h: h["o"] // h["g"]}, ""),
    "sides of kernels": ({"depth": lambda h: h["c"] // h["g"] / h["k"]}, ""),
}  # fmt: skip
TABLE_COST = {
    name: (lambda *row, how=how: cost(*row, **how), mistake) for name, (how, mistake) in COSTS.items()
} | {
    "exchanged": (lambda *row: cost(*row)[::-1], "exchanged"),
    "FLOPs": (lambda *row: (cost(*row)[0], 2 * cost(*row)[1]), ""),
    "parameters alone": (lambda *row: cost(*row)[0], ""),
    "first row alone": (lambda table, *row: cost(table[:1], *row), ""),
    "all but the last row": (lambda table, *row: cost(table[:-1], *row), ""),
    "nothing": (lambda *row: None, ""),
}  # fmt: skip


def of_table(answer):
    return lambda table, size, *, channels=3, groups=1: answer(table, size, channels, groups)


# A layer on two cards


def conv(x, weight, bias):
    seen = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("ncijkl,ockl->noij", seen, weight) + bias[:, None, None]


def split(x, weight, bias, reads=(0, 1), filters=(0, 1), offsets=(0, 1), axis=1):
    (xs, ws, bs) = np.split(x, 2, 1), np.split(weight, 2), np.split(bias, 2)
    return np.concatenate([conv(xs[r], ws[f], bs[b]) for r, f, b in zip(reads, filters, offsets, strict=True)], axis)


def several(x, *_, **__):
    return len(x) > 1


def with_(**mistake):
    return lambda x, weight, bias: split(x, weight, bias, **mistake)


def even_first(array, axis):
    return np.concatenate([array.take(range(first, array.shape[axis], 2), axis) for first in (0, 1)], axis)


SPLIT_CONV = changed(split) | changed(split, several) | {
    "first half": (with_(reads=(0, 0)), "first_half_for_both"),
    "second half": (with_(reads=(1, 1)), ""),
    "the other half": (with_(reads=(1, 0)), "each_reads_the_other_half"),
    "by turns": (lambda x, w, b: split(even_first(x, 1), w, b), "inputs_by_turns"),
    "filters by turns": (lambda x, w, b: split(x, even_first(w, 0) if len(w) > 2 else w[::-1], b), ""),
    "first filters": (with_(filters=(0, 0)), "first_filters_for_both"),
    "first biases": (with_(offsets=(0, 0)), "first_biases_for_both"),
    "biases exchanged": (with_(offsets=(1, 0)), ""),
    "no biases": (lambda x, w, b: split(x, w, 0 * b), "biases_forgotten"),
    "biases taken away": (lambda x, w, b: split(x, w, -b), ""),
    "along the images": (with_(axis=0), "joined_along_the_images"),
    "along the rows": (with_(axis=2), ""),
    "one card": (lambda x, w, b: split(x, w, b)[:, : len(w) // 2], ""),
    "turned": (lambda x, w, b: split(x, w[..., ::-1, ::-1], b), "kernel_turned"),
    "mirrored": (lambda x, w, b: split(x, w[..., ::-1], b), ""),
    "with ReLU": (lambda x, w, b: np.maximum(split(x, w, b), 0), ""),
}  # fmt: skip


# A block


def block(x, weight, bias, alpha=1e-4, *, before=True, after=False, near=None, base=2, power=0.75, pool=3, step=2):
    maps = conv(x, weight, bias)
    maps = np.maximum(maps, 0) if before else maps
    C, half = len(weight), len(weight) // 2
    out = np.zeros_like(maps)
    for c in range(C):
        seen = near(c, C) if near else [d for d in range(c - 2, c + 3) if 0 <= d < C and d // half == c // half]
        out[:, c] = maps[:, c] / (base + alpha * (maps[:, seen] ** 2).sum(1)) ** power
    out = np.maximum(out, 0) if after else out
    return np.lib.stride_tricks.sliding_window_view(out, (pool, pool), (2, 3))[:, :, ::step, ::step].max((4, 5))


def band(before, after, own=True):
    def near(c, C):
        half = C // 2
        seen = range(max(0, c - before), min(C, c + after + 1))
        return [d for d in seen if not own or d // half == c // half]

    return near


def blocked(**mistake):
    return lambda x, weight, bias, *, alpha=1e-4: block(x, weight, bias, alpha, **mistake)


LATE, SHORT, ACROSS = {"before": False, "after": True}, {"near": band(2, 1)}, {"near": band(2, 2, False)}
SOME = [
    "the first entry is one more", "the last entry is one less", "the last row is missing", "an axis too many",
    "the last column is missing", "flat", "one number", "strings", "columns the wrong way round",
]  # fmt: skip


def some(name, make):
    return {text: (lambda *a, text=text, **o: CHANGES[text](make(*a, **o)), "") for text in SOME}


FIRST_BLOCK = some("first_block", blocked()) | {
    "as it was": (blocked(**LATE, near=band(2, 1, False)), "still_broken"),
    "late ReLU": (blocked(**LATE), "relu_still_late"),
    "short window": (blocked(**SHORT), "window_still_short"),
    "across": (blocked(**ACROSS), "halves_still_meet"),
    "late and short": (blocked(**LATE, **SHORT), "only_the_halves_mended"),
    "late and across": (blocked(**LATE, **ACROSS), "only_the_window_mended"),
    "short and across": (blocked(near=band(2, 1, False)), "only_the_relu_mended"),
    "short on the other side": (blocked(near=band(1, 2)), ""),
    "three channels": (blocked(near=band(1, 1)), ""),
    "seven channels": (blocked(near=band(3, 3)), "window_of_seven"),
    "the channel alone": (blocked(near=band(0, 0)), ""),
    "its neighbours without it": (blocked(near=lambda c, C: [d for d in band(2, 2)(c, C) if d != c]), ""),
    "all channels of the card": (blocked(near=band(99, 99)), ""),
    "all channels": (blocked(near=band(99, 99, False)), ""),
    "no ReLU": (blocked(before=False), "relu_left_out"),
    "alpha a fifth": (lambda x, w, b, *, alpha=1e-4: block(x, w, b, alpha / 5), "alpha_divided_by_five"),
    "alpha divided by the channels there": (
        lambda x, w, b, *, alpha=1e-4: block(x, w, b, alpha / min(5, len(w) // 2)), "",
    ),
    "usual alpha": (lambda x, w, b, *, alpha=1e-4: block(x, w, b), "ignores_alpha"),
    "one for two": (blocked(base=1), ""),
    "root": (blocked(power=0.5), "root_for_the_power"),
    "no power": (blocked(power=1), ""),
    "pools of two": (blocked(pool=2), "pooled_side_by_side"),
    "pools one apart": (blocked(step=1), ""),
    "not normalised": (blocked(base=1, power=0), ""),
    "across, from eight channels on": (
        lambda x, w, b, *, alpha=1e-4: block(x, w, b, alpha, **(ACROSS if len(w) >= 8 else {})), "",
    ),
    "across, with one map each": (
        lambda x, w, b, *, alpha=1e-4: block(x, w, b, alpha, **(ACROSS if len(w) == 2 else {})), "",
    ),
    "short, with several images": (
        lambda x, w, b, *, alpha=1e-4: block(x, w, b, alpha, **(SHORT if len(x) > 1 else {})), "",
    ),
    "late, with one channel": (
        lambda x, w, b, *, alpha=1e-4: block(x, w, b, alpha, **(LATE if x.shape[1] == 1 else {})), "",
    ),
}  # fmt: skip


# Ten crops


def softmax(scores):
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def crops(images, size, weight, *, places=None, flip=(-1,), mirror=True, vote=None):
    bottom, right = images.shape[2] - size, images.shape[3] - size
    middle = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
    cut = [images[:, :, i : i + size, j : j + size] for i, j in (places(bottom, right) if places else middle)]
    views = [*cut, *(np.flip(each, flip) for each in cut)] if mirror else cut
    scores = np.stack([view.reshape(len(images), -1) @ weight.T for view in views])
    return vote(scores) if vote else softmax(scores).mean(0)


def cropped(**mistake):
    return lambda images, size, weight: crops(images, size, weight, **mistake)


def where(holds, **mistake):
    return lambda images, size, weight: crops(images, size, weight, **(mistake if holds(images, size) else {}))


CENTRE_UP = {"places": lambda b, r: [(0, 0), (0, r), (b, 0), (b, r), (-(-b // 2), -(-r // 2))]}
TEN_CROPS = some("ten_crops", crops) | {
    "corners": (cropped(places=lambda b, r: [(0, 0), (0, r), (b, 0), (b, r)]), "corners_without_the_centre"),
    "three corners": (cropped(places=lambda b, r: [(0, 0), (0, r), (b, 0), (b // 2, r // 2)]), ""),
    "five": (cropped(mirror=False), "nothing_mirrored"),
    "centre": (cropped(places=lambda b, r: [(b // 2, r // 2)], mirror=False), "centre_alone"),
    "centre twice": (cropped(places=lambda b, r: [(b // 2, r // 2)]), "centre_and_its_mirror"),
    "centre rounded up": (cropped(**CENTRE_UP), ""),
    "nine places": (cropped(places=lambda b, r: list(product((0, b // 2, b), (0, r // 2, r)))), ""),
    "first corner alone": (cropped(places=lambda b, r: [(0, 0)]), ""),
    "places by columns": (
        lambda images, size, weight: crops(images.swapaxes(2, 3), size, weight), "",
    ),
    "upside down": (cropped(flip=(-2,)), "mirrored_top_to_bottom"),
    "half a turn": (cropped(flip=(-1, -2)), "turned_by_half_a_turn"),
    "channels": (cropped(flip=(1,)), "channels_mirrored"),
    "images reversed": (cropped(flip=(0,)), ""),
    "scores": (cropped(vote=lambda s: softmax(s.mean(0))), "scores_averaged"),
    "sum of scores": (cropped(vote=lambda s: softmax(s.sum(0))), ""),
    "no softmax": (cropped(vote=lambda s: s.mean(0)), "scores_without_softmax"),
    "sum": (cropped(vote=lambda s: softmax(s).sum(0)), "probabilities_added"),
    "a fifth": (cropped(vote=lambda s: softmax(s).sum(0) / 5), ""),
    "largest": (cropped(vote=lambda s: softmax(s).max(0)), ""),
    "all images": (cropped(vote=lambda s: softmax(s).mean((0, 1)) + 0 * s[0]), "images_averaged"),
    "softmax over the images": (cropped(vote=lambda s: softmax(s.swapaxes(1, 2)).mean(0).T), ""),
    "softmax over the crops": (cropped(vote=lambda s: softmax(s.swapaxes(0, 2)).mean(2).T), ""),
    "geometric mean": (cropped(vote=lambda s: np.exp(np.log(softmax(s)).mean(0))), ""),
    "each crop": (cropped(vote=softmax), ""),
    "class": (cropped(vote=lambda s: softmax(s).mean(0).argmax(-1)), ""),
    "centre up, in high images": (where(lambda x, size: x.shape[2] > x.shape[3], **CENTRE_UP), ""),
    "upside down, in colour": (where(lambda x, size: x.shape[1] > 1, flip=(-2,)), ""),
    "five, of several images": (where(lambda x, size: len(x) > 1, mirror=False), ""),
    "scores, of one image": (where(lambda x, size: len(x) == 1, vote=lambda s: softmax(s.mean(0))), ""),
    "corners, of one pixel": (
        where(lambda x, size: size == 1, places=lambda b, r: [(0, 0), (0, r), (b, 0), (b, r)]), "",
    ),
}  # fmt: skip


# A budget


def chosen(inputs, budget, batch, *, best=max, factor=4, rule=lambda g: 1 in g[:3] and 1 in g[1:], strict=False):
    costs = {
        groups: sum(factor * batch * number for number, g in zip(inputs, groups, strict=True) if g == 1)
        for groups in product((1, 2), repeat=4) if rule(groups)
    }  # fmt: skip
    fitting = [groups for groups in costs if costs[groups] <= budget - strict]
    return best(fitting, key=costs.get) if fitting else (2, 2, 2, 2)


def picked(**mistake):
    return lambda inputs, budget, batch: chosen(inputs, budget, batch, **mistake)


def fixed(*groups):
    return lambda inputs, budget, batch: groups


def some_where(holds, wrong):
    return lambda i, b, n: wrong if holds(i, b, n) else chosen(i, b, n)


APART = (2, 2, 2, 2)
CHOOSE_GROUPS = {
    "all apart": (fixed(*APART), "all_in_two_groups"),
    "all together": (fixed(1, 1, 1, 1), "none_in_two_groups"),
    "published": (fixed(2, 1, 2, 2), "as_published"),
    "conv4": (fixed(2, 2, 1, 2), ""),
    "both ends": (fixed(1, 2, 2, 1), ""),
    "the middle": (fixed(2, 1, 1, 2), ""),
    "conv2 alone": (fixed(1, 2, 2, 2), ""),
    "conv5 alone": (fixed(2, 2, 2, 1), ""),
    "no ends": (lambda i, b, n: (2, 1, 2, 2) if i[1] <= i[2] else (2, 2, 1, 2), ""),
    "cheapest": (
        lambda i, b, n: tuple(1 if place == int(np.argmin(i)) else 2 for place in range(4)), "cheapest_layer_alone",
    ),
    "dearest": (lambda i, b, n: tuple(1 if place == int(np.argmax(i)) else 2 for place in range(4)), ""),
    "each that fits alone": (lambda i, b, n: tuple(1 if 4 * n * each <= b else 2 for each in i), ""),
    "exchanged": (lambda i, b, n: tuple(3 - g for g in chosen(i, b, n)), "one_and_two_exchanged"),
    "one way": (picked(factor=2), "way_back_forgotten"),
    "numbers": (picked(factor=1), "numbers_counted"),
    "whole inputs": (picked(factor=8), ""),
    "least of one image": (lambda i, b, n: chosen(i, b, 1), "one_image_counted"),
    "a batch of 128": (lambda i, b, n: chosen(i, b, 128), "ignores_batch"),
    "no rule": (picked(rule=lambda g: 1 in g), "rule_forgotten"),
    "no rule, least": (picked(rule=lambda g: 1 in g, best=min), "cheapest_layer_alone"),
    "the first three alone": (picked(rule=lambda g: 1 in g[:3], best=min), ""),
    "the last three alone": (picked(rule=lambda g: 1 in g[1:], best=min), ""),
    "below the budget": (picked(strict=True, best=min), ""),
    "zeros": (lambda i, b, n: tuple(2 - g for g in chosen(i, b, n)), "ones_and_zeros"),
    "bools": (lambda i, b, n: tuple(g == 1 for g in chosen(i, b, n)), ""),
    "floats": (lambda i, b, n: tuple(map(float, chosen(i, b, n))), ""),
    "three": (lambda i, b, n: chosen(i, b, n)[:3], ""),
    "five": (lambda i, b, n: (1, *chosen(i, b, n)), ""),
    "a set": (lambda i, b, n: {*chosen(i, b, n)}, ""),
    "a number": (lambda i, b, n: sum(chosen(i, b, n)), ""),
    "names": (lambda i, b, n: [f"conv{place + 2}" for place, g in enumerate(chosen(i, b, n)) if g == 1], ""),
    "reversed": (lambda i, b, n: chosen(i, b, n)[::-1], ""),
    "four groups": (lambda i, b, n: tuple(4 if g == 2 else 1 for g in chosen(i, b, n)), ""),
    "apart, for one image": (some_where(lambda i, b, n: n == 1, APART), ""),
    "apart, for large batches": (some_where(lambda i, b, n: n > 10, APART), ""),
    "together, where the ends are small": (some_where(lambda i, b, n: i[0] + i[3] < min(i[1:3]), (1, 1, 1, 1)), ""),
    "nothing": (lambda i, b, n: None, ""),
}  # fmt: skip


def of_budget(answer):
    return lambda inputs, budget, *, batch=128: answer(inputs, budget, batch)


def as_it_is(answer):
    return answer


WRONG = {
    "table_cost": (of_table, TABLE_COST),
    "split_conv": (as_it_is, SPLIT_CONV),
    "first_block": (as_it_is, FIRST_BLOCK),
    "ten_crops": (as_it_is, TEN_CROPS),
    "choose_groups": (of_budget, CHOOSE_GROUPS),
}
