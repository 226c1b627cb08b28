"""Plausible wrong answers on LeNet-5, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. An answer takes the right one first, then all arguments by position.
"""

import numpy as np
from array_mistakes import partly, put, shortened

from cnnbook.checks import _tables as tables
from cnnbook.checks import lenet

through = shortened(lenet)


# Count it: of short names, t for the table, h and w for the size, k for the kernel


def counted(weights, biases, places):
    """Of numbers of kernels, rows and k."""

    def answer(right, t, h, w, k):
        found = weights(sum(map(len, t)), len(t), k) + biases(sum(map(len, t)), len(t))
        return found, found * places(h, w, k)

    return answer


def squares(n, rows, k):
    return n * k * k


def of_rows(n, rows):
    return rows


def valid(h, w, k):
    return (h - k + 1) * (w - k + 1)


COUNTS = {
    "a bias a kernel": (counted(squares, lambda n, rows: n, valid), "bias_of_each_kernel"),
    "no bias": (counted(squares, lambda n, rows: 0, valid), "biases_left_out"),
    "one bias": (counted(squares, lambda n, rows: 1, valid), ""),
    "two biases each": (counted(squares, lambda n, rows: 2 * rows, valid), ""),
    "no square": (counted(lambda n, rows, k: n * k, of_rows, valid), "kernel_not_squared"),
    "twice k": (counted(lambda n, rows, k: n * 2 * k, of_rows, valid), ""),
    "one kernel a row": (counted(lambda n, rows, k: rows * k * k, of_rows, valid), "one_kernel_for_all_it_sees"),
    "same size": (counted(squares, of_rows, lambda h, w, k: h * w), "every_pixel_a_place"),
    "one short": (counted(squares, of_rows, lambda h, w, k: (h - k) * (w - k)), "last_place_forgotten"),
    "rows alone": (counted(squares, of_rows, lambda h, w, k: h - k + 1), "one_axis_alone"),
    "columns alone": (counted(squares, of_rows, lambda h, w, k: w - k + 1), ""),
    "square of the height": (counted(squares, of_rows, lambda h, w, k: (h - k + 1) ** 2), ""),
    "side by side": (counted(squares, of_rows, lambda h, w, k: (h // k) * (w // k)), ""),
    "kernels of 5": (lambda right, t, h, w, k: lenet.table_counts.reference(t, h + 5 - k, w + 5 - k), ""),
    "exchanged": (lambda right, *_: right[::-1], ""),
    "as a list of floats": (lambda right, *_: [float(n) for n in right], ""),
    "parameters alone": (lambda right, *_: right[0], ""),
    "weights of connections alone": (
        lambda right, t, *_: (right[0], right[1] - right[1] // right[0] * len(t)), "connections_without_bias",
    ),
    "biases once": (lambda right, t, h, w, k: (right[0], (right[0] - len(t)) * valid(h, w, k) + len(t)), ""),
    "MACs twice": (lambda right, *_: (right[0], 2 * right[1]), ""),
} | partly(
    {
        "with one output map": lambda t, *_: len(t) == 1,
        "of unequal rows": lambda t, *_: tables.unequal(t),
        "with one place": lambda t, h, w, k: h == w == k,
        "where higher": lambda t, h, w, k: h > w,
    },
    {
        "a bias a kernel": counted(squares, lambda n, rows: n + 1, valid),
        "one more": lambda right, *_: (right[0] + 1, right[1]),
        "too few connections": lambda right, *_: (right[0], right[1] - 1),
    },
)  # fmt: skip


# Build it


def convolved(**changes):
    mistake = tables.tabled(**changes)
    return lambda right, *given: mistake(*given)


CONV_WHERE = {
    "of one image": lambda x, *_: len(x) == 1,
    "where rows are unequal": lambda x, kernels, bias, table: tables.unequal(table),
    "where kernels are higher": lambda x, kernels, *_: kernels.shape[1] > kernels.shape[2],
    "where a map is unseen": lambda x, kernels, bias, table: len(set().union(*table)) < x.shape[1],
}
ON_ARRAYS = {
    "first entry": lambda right, *_: put(right, (0,) * right.ndim, right[(0,) * right.ndim] + 1),
    "last entry": lambda right, *_: put(right, (-1,) * right.ndim, right[(-1,) * right.ndim] - 1),
    "all more": lambda right, *_: right + 1,
}
TABLE_CONV = {
    "by input map": (
        convolved(order=lambda t: sorted(tables.in_order(t), key=lambda pair: pair[::-1])), "kernels_by_input_map",
    ),
    "backwards": (convolved(order=lambda t: tables.in_order(t)[::-1]), ""),
    "rows backwards": (convolved(order=lambda t: [(len(t) - 1 - o, i) for o, i in tables.in_order(t)]), ""),
    "begun again": (
        convolved(of_kernels=lambda k, t: k[[n for maps in t for n in range(len(maps))]]), "kernels_begun_again",
    ),
    "kernel of its number": (convolved(of_kernels=lambda k, t: k[[i for maps in t for i in maps]]), ""),
    "first of a row": (
        convolved(of_kernels=lambda k, t: k[tables.first_of_the_row(t)]), "one_kernel_for_all_it_sees",
    ),
    "kernel of the row": (convolved(of_kernels=lambda k, t: k[[o for o, _ in tables.in_order(t)]]), ""),
    "first maps": (
        convolved(order=lambda t: [(o, n) for o, maps in enumerate(t) for n in range(len(maps))]),
        "first_maps_for_those_named",
    ),
    "counted from one": (convolved(order=lambda t: [(o, i - 1) for o, i in tables.in_order(t)]), ""),
    "all biases": (convolved(of_biases=lambda b, t: 0 * b + b.sum()), ""),
    "first bias": (convolved(of_biases=lambda b, t: 0 * b + b[0]), ""),
    "a bias a kernel": (convolved(of_biases=tables.lengths), "bias_of_each_kernel"),
    "no bias": (convolved(of_biases=lambda b, t: 0 * b), "bias_left_out"),
    "bias taken away": (convolved(of_biases=lambda b, t: -b), ""),
    "flipped": (convolved(of_kernels=lambda k, t: k[:, ::-1, ::-1]), "kernels_flipped"),
    "flipped across": (convolved(of_kernels=lambda k, t: k[:, :, ::-1]), ""),
    "mean": (
        lambda right, x, k, b, t: b[:, None, None]
        + (right - b[:, None, None]) / tables.lengths(0 * b + 1, t)[:, None, None], "mean_of_the_maps",
    ),
    "last map alone": (convolved(of_kernels=lambda k, t: k * np.array([
        i == maps[-1] for maps in t for i in maps
    ])[:, None, None]), ""),
    "in float64": (lambda right, *_: right.astype(float), ""),
    "cut at zero": (lambda right, *_: np.maximum(right, 0), ""),
    "images exchanged with maps": (lambda right, *_: right.swapaxes(0, 1), ""),
} | partly(CONV_WHERE, ON_ARRAYS)  # fmt: skip


# Subsampling that learns


def formula(change):
    """Of sums, coefficients and biases beside the maps, and x."""
    mistake = tables.subsampled(change)
    return lambda right, *given: mistake(*given)


def rounded_up(right, x, a, b):
    """An odd row or column is no longer left out, but padded with zeros."""
    more = [(0, 0), (0, 0), *((0, size % 2) for size in x.shape[2:])]
    return lenet.subsample.reference(np.pad(x, more), a, b)


SUBSAMPLE = {
    "mean": (formula(lambda s, a, b, x: tables.squash(a * s / 4 + b)), "mean_for_the_sum"),
    "half": (formula(lambda s, a, b, x: tables.squash(a * s / 2 + b)), ""),
    "linear": (formula(lambda s, a, b, x: a * s + b), "not_squashed"),
    "plain": (formula(lambda s, a, b, x: np.tanh(a * s + b)), "plain_tanh"),
    "no slope": (formula(lambda s, a, b, x: 1.7159 * np.tanh(a * s + b)), "slope_left_out"),
    "no height": (formula(lambda s, a, b, x: np.tanh((a * s + b) * 2 / 3)), "height_left_out"),
    "3/2": (formula(lambda s, a, b, x: 1.7159 * np.tanh((a * s + b) * 1.5)), ""),
    "2/3 outside": (formula(lambda s, a, b, x: 2 / 3 * np.tanh(1.7159 * (a * s + b))), ""),
    "1.7": (formula(lambda s, a, b, x: 1.7 * np.tanh((a * s + b) * 2 / 3)), ""),
    "sigmoid": (formula(lambda s, a, b, x: 1 / (1 + np.exp(-a * s - b))), ""),
    "relu": (formula(lambda s, a, b, x: np.maximum(a * s + b, 0)), ""),
    "twice": (formula(lambda s, a, b, x: tables.squash(tables.squash(a * s + b))), ""),
    "before": (formula(lambda s, a, b, x: a * tables.sums(tables.squash(x)) + b), "squashed_before_the_sum"),
    "bias behind": (formula(lambda s, a, b, x: tables.squash(a * s) + b), "bias_behind_the_squashing"),
    "bias inside": (formula(lambda s, a, b, x: tables.squash(a * (s + b))), "bias_times_the_coefficient"),
    "bias four times": (formula(lambda s, a, b, x: tables.squash(a * s + 4 * b)), ""),
    "no bias": (formula(lambda s, a, b, x: tables.squash(a * s)), ""),
    "no coefficient": (formula(lambda s, a, b, x: tables.squash(s + b)), ""),
    "exchanged": (formula(lambda s, a, b, x: tables.squash(b * s + a)), ""),
    "the first": (formula(lambda s, a, b, x: tables.squash(a[0] * s + b[0])), "first_map_for_all"),
    "by columns": (formula(lambda s, a, b, x: tables.squash(a[:, 0, 0] * s + b[:, 0, 0])), "a_column_for_a_map"),
    "overlap": (formula(lambda s, a, b, x: tables.squash(a * tables.sums(x, 1) + b)), "windows_overlap"),
    "padded": (rounded_up, ""),
    "in float64": (lambda right, *_: right.astype(float), ""),
} | partly(
    {
        "of one image": lambda x, *_: len(x) == 1,
        "of an odd height": lambda x, *_: x.shape[2] % 2,
        "of one map": lambda x, *_: x.shape[1] == 1,
    },
    ON_ARRAYS,
)  # fmt: skip


# The nearest drawing


def faulty(**faults):
    mistake = tables.judged_by_drawings(**faults)
    return lambda right, *given: mistake(*given)


def distance(of):
    mistake = tables.by_distance(of)
    return lambda right, *given: mistake(*given)


NEAREST = {
    "as it was": (faulty(exchanged=True, whole_batch=True, farthest=True), "still_broken"),
    "ink left": (faulty(exchanged=True), "ink_still_exchanged"),
    "batch left": (faulty(whole_batch=True), "whole_batch_still_summed"),
    "farthest left": (faulty(farthest=True), "farthest_still_wins"),
    "ink mended": (faulty(whole_batch=True, farthest=True), "only_the_ink_mended"),
    "batch mended": (faulty(exchanged=True, farthest=True), "only_the_batch_mended"),
    "winner mended": (faulty(exchanged=True, whole_batch=True), "only_the_winner_mended"),
    "root": (distance(lambda d: np.sqrt((d**2).sum(2))), "root_taken"),
    "absolute": (distance(lambda d: abs(d).sum(2)), "not_squared"),
    "mean": (distance(lambda d: (d**2).mean(2)), "mean_for_the_sum"),
    "half": (distance(lambda d: (d**2).sum(2) / 2), ""),
    "largest difference": (distance(lambda d: (d**2).max(2)), ""),
    "sum squared": (distance(lambda d: d.sum(2) ** 2), ""),
    "products": (lambda right, x, d: (x @ (2 * d - 1).T, right[1]), ""),
    "ground of zero": (
        lambda right, x, d: (f := ((x[:, None] - d) ** 2).sum(2), f.argmin(1)), "ground_of_zero",
    ),
    "no squares of x": (lambda right, x, d: (right[0] - (x**2).sum(1, keepdims=True), right[1]), ""),
    "number of drawings": (lambda right, x, d: (right[0] - d.shape[1] + len(d), right[1]), ""),
    "last of a tie": (lambda right, x, d: (right[0], len(d) - 1 - right[0][:, ::-1].argmin(1)), ""),
    "from one": (lambda right, *_: (right[0], right[1] + 1), ""),
    "winners in a column": (lambda right, *_: (right[0], right[1][:, None]), ""),
    "of each drawing": (lambda right, *_: (right[0], right[0].argmin(0)), ""),
    "the least distances": (lambda right, *_: (right[0], right[0].min(1)), ""),
    "transposed": (lambda right, *_: (right[0].T, right[1]), ""),
    "outputs exchanged": (lambda right, *_: right[::-1], ""),
} | partly(
    {
        "of one image": lambda x, d: len(x) == 1,
        "of one drawing": lambda x, d: len(d) == 1,
        "as many images as drawings": lambda x, d: len(x) == len(d),
    },
    {
        "batch left": lambda right, x, d: (right[0] + (x**2).sum() + 1, right[1]),
        "first distance": lambda right, *_: (put(right[0], (0, 0), right[0][0, 0] + 1), right[1]),
        "last winner": lambda right, *_: (right[0], put(right[1], -1, right[1][-1] + 1)),
    },
)  # fmt: skip


# A table of one's own: of short names, m maps in, o maps out, b for the budget, k for the kernel


def planned(kernels, design=tables.balanced):
    mistake = tables.affording(kernels, design)
    return lambda right, *given: mistake(*given)


def seen_least_first(right, m, o, b, k):
    """Nearly right: in a few cases nothing balanced is left for the last row."""
    lengths = tables.row_lengths(o, tables.affordable(o, b, k))
    rows, used = [], [0] * m
    for n in lengths:
        free = [maps for maps in tables.combinations(range(m), n) if maps not in rows]
        rows.append(min(free, key=lambda maps: sum(used[seen] for seen in maps)))
        for seen in rows[-1]:
            used[seen] += 1
    return rows


DESIGN = {
    "first combinations": (planned(tables.affordable, tables.first_choices), "first_combinations"),
    "dealt": (planned(tables.affordable, tables.dealt), "dealt_in_turn"),
    "ring": (planned(tables.affordable, lambda m, n: tables.dealt(m, n, lambda row, _: row)), "ring"),
    "ring of steps of two": (planned(tables.affordable, lambda m, n: tables.dealt(m, n, lambda row, _: 2 * row)), ""),
    "least first": (seen_least_first, ""),
    "equal rows": (planned(lambda o, b, k: tables.affordable(o, b, k) // o * o), "equal_rows_alone"),
    "biases forgotten": (planned(lambda o, b, k: b // k**2), "bias_forgotten"),
    "a bias a kernel": (planned(lambda o, b, k: b // (k**2 + 1)), "bias_of_each_kernel"),
    "one bias": (planned(lambda o, b, k: (b - 1) // k**2), ""),
    "one kernel less": (planned(lambda o, b, k: tables.affordable(o, b, k) - 1), ""),
    "one kernel more": (planned(lambda o, b, k: tables.affordable(o, b, k) + 1), ""),
    "not squared": (planned(lambda o, b, k: (b - o) // k), ""),
    "all": (planned(lambda o, b, k: 10**6), "every_map_seen"),
    "one each": (planned(lambda o, b, k: o), ""),
    "none": (planned(lambda o, b, k: 0), ""),
    "from one": (lambda right, *_: [[i + 1 for i in row] for row in right], ""),
    "a row missing": (lambda right, *_: right[:-1], ""),
    "a row too many": (lambda right, *_: (*right, right[0]), ""),
    "a row twice": (lambda right, *_: (*right[:-1], right[0]), ""),
    "a map twice": (lambda right, *_: (*right[:-1], (*right[-1], right[-1][0])), ""),
    "an empty row": (lambda right, *_: (*right[:-1], ()), ""),
    "zeros and ones": (lambda right, m, *_: [[int(i in row) for i in range(m)] for row in right], ""),
    "an array of ones": (lambda right, m, *_: np.array([[i in row for i in range(m)] for row in right]), ""),
    "columns": (lambda right, m, *_: [tuple(o for o, row in enumerate(right) if i in row) for i in range(m)], ""),
    "flat": (lambda right, *_: [i for row in right for i in row], ""),
    "floats": (lambda right, *_: [[float(i) for i in row] for row in right], ""),
    "a dict": (lambda right, *_: dict(enumerate(right)), ""),
    "strings": (lambda right, *_: [str(row) for row in right], ""),
    "a number": (lambda right, *_: len(right), ""),
} | partly(
    {
        "where more come out": lambda m, o, b, k: o > m,
        "where the budget is met": lambda m, o, b, k: (b - o) % k**2 == 0,
        "of rows of one length": lambda m, o, b, k: tables.affordable(o, b, k) % o == 0,
    },
    {
        "a row twice": lambda right, *_: (*right[:-1], right[0]),
        "one kernel less": lambda right, *_: (*right[:-1], right[-1][1:]),
    },
)  # fmt: skip


WRONG = {
    "table_counts": (through("table_counts", ("kernel", 5)), COUNTS),
    "table_conv": (through("table_conv"), TABLE_CONV),
    "subsample": (through("subsample"), SUBSAMPLE),
    "nearest_drawing": (through("nearest_drawing"), NEAREST),
    "design_table": (through("design_table", ("kernel", 5)), DESIGN),
}
