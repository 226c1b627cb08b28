"""What the questions on LeNet-5 are made of: tables that say which input maps each output map sees, and its layers.

A table has one row for each output map, with the numbers of the input maps that it sees, as the paper's Table I.
"""

from itertools import combinations, cycle
from math import comb

import numpy as np

from ..datasets import load
from ._compare import is_integer

PAPER = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip


def draw_table(rng, maps_in, maps_out):
    """Rows of unequal lengths, mostly; now and then of one length, or without the first maps."""
    first = int(rng.integers(maps_in)) if rng.random() < 0.3 else 0
    most = int(rng.integers(1, maps_in - first + 1)) if rng.random() < 0.5 else maps_in - first
    least = most if rng.random() < 0.15 else 1
    return tuple(
        tuple(sorted((first + rng.permutation(maps_in - first)[: rng.integers(least, most + 1)]).tolist()))
        for _ in range(maps_out)
    )


def kernels_of(table):
    return sum(map(len, table))


def counts(weights, biases, places):
    """Parameters and connections of a layer."""
    return weights + biases, (weights + biases) * places


# A convolution under a table


def unequal(table):
    return len({*map(len, table)}) > 1


def in_order(table):
    """For each kernel, the output map that it belongs to and the input map that it reads: row by row."""
    return [(row, seen) for row, maps in enumerate(table) for seen in maps]


def dense(kernels, table, maps_in, order=None):
    """The weights of an ordinary convolution that does the same: zero where the table has no connection."""
    weight = np.zeros((len(table), maps_in, *kernels.shape[1:]), kernels.dtype)
    for kernel, (row, seen) in zip(kernels, order or in_order(table), strict=True):
        weight[row, seen] += kernel
    return weight


def convolve(x, weight, bias):
    """Stride 1, no padding."""
    seen = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", seen, weight) + bias[:, None, None]


def as_they_are(values, table):
    return values


def tabled(*, order=None, of_kernels=as_they_are, of_biases=as_they_are):
    """A convolution under a table; a mistake changes the order of the kernels, the kernels or the biases."""

    def answer(x, kernels, bias, table):
        taken = dense(of_kernels(kernels, table), table, x.shape[1], order and order(table))
        return convolve(x, taken, of_biases(bias, table))

    return answer


def by_places(chosen):
    """A mistake in which kernel is taken: chosen(table) gives its number for each connection."""
    return lambda kernels, table: kernels[np.array(chosen(table))]


def first_of_the_row(table):
    starts = np.cumsum([0, *map(len, table)])
    return [int(start) for start, maps in zip(starts, table, strict=False) for _ in maps]


def lengths(bias, table):
    return bias * np.array([*map(len, table)], bias.dtype)


# Subsampling that learns


def sums(x, stride=2):
    """Of windows of 2 x 2; a last row or column without a partner is left out."""
    seen = np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(2, 3))
    return seen[:, :, ::stride, ::stride].sum((4, 5))


def squash(z):
    return 1.7159 * np.tanh(2 / 3 * z)


def subsampled(formula):
    """An answer of a formula that takes sums, coefficients and biases, which stand beside the maps, and x."""

    def answer(x, coefficient, bias):
        found = formula(sums(x), coefficient[:, None, None], bias[:, None, None], x)
        return np.asarray(found, x.dtype)

    return answer


def digit_three_times():
    """A seven with ink 1 and ground -1, in three maps, and what makes of them a blur, an "or" and an "and"."""
    images, labels, _ = load("mnist_sample", "train")
    seven = np.pad(images[labels == 7][:1] / 127.5 - 1, ((0, 0), (0, 0), (2, 2), (2, 2)), constant_values=-1)
    return np.repeat(seven, 3, axis=1), np.array([0.05, 2, 2]), np.array([0, 5, -5.0])


# Distances to drawings


def judged_by_drawings(*, exchanged=False, whole_batch=False, farthest=False):
    """Distances and winners, with three faults that no shape shows."""

    def answer(x, drawings):
        w = 1 - 2 * drawings if exchanged else 2 * drawings - 1
        squares = (x**2).sum() if whole_batch else (x**2).sum(1, keepdims=True)
        distances = squares + w.shape[1] - 2 * x @ w.T
        return distances, distances.argmax(1) if farthest else distances.argmin(1)

    return answer


def by_distance(distance):
    """Another distance, of the differences (N, K, D); the smallest one wins."""

    def answer(x, drawings):
        distances = distance(x[:, None] - (2.0 * drawings - 1))
        return distances, distances.argmin(1)

    return answer


# A table of one's own


def affordable(maps_out, budget, kernel):
    """How many kernels a budget of parameters allows, when each output map has its bias."""
    return (budget - maps_out) // kernel**2


def fits(maps_in, maps_out, kernels):
    """Whether there is a table of rows that are as long as each other, up to one."""
    each, more = divmod(kernels, maps_out)
    return each > 0 and comb(maps_in, each) >= maps_out - more and comb(maps_in, each + 1) >= more


def row_lengths(maps_out, kernels):
    """As equal as they can be, the longer ones first."""
    each, more = divmod(max(0, kernels), maps_out)
    return [each + 1] * more + [each] * (maps_out - more)


def first_choices(maps_in, lengths):
    """The first combinations of each length, in their order; begun again where there are no more."""
    choices = {n: cycle(combinations(range(maps_in), min(n, maps_in))) for n in {*lengths}}
    return [next(choices[n]) for n in lengths]


def dealt(maps_in, lengths, start=lambda row, dealt: dealt):
    """The input maps in turn, as cards; `start` says with which one a row begins."""
    begins = [start(row, sum(lengths[:row])) for row in range(len(lengths))]
    return [tuple(sorted({(begin + k) % maps_in for k in range(n)})) for begin, n in zip(begins, lengths, strict=True)]


def uses(rows, maps_in):
    """By how many output maps each input map is seen."""
    return [sum(seen in maps for maps in rows) for seen in range(maps_in)]


def balanced(maps_in, lengths):
    """Different rows in which all input maps are seen equally often, up to one.

    While one map is seen more than once more often than another, a row that sees the first and not the second can
    exchange them without becoming one that is there: fewer rows see the second and not the first.
    """
    rows = first_choices(maps_in, lengths)
    while max(used := uses(rows, maps_in)) - min(used) > 1:
        most, least = used.index(max(used)), used.index(min(used))
        exchanged = {
            number: tuple(sorted({*maps} - {most} | {least}))
            for number, maps in enumerate(rows)
            if most in maps and least not in maps
        }
        free = [number for number, maps in exchanged.items() if maps not in rows]
        number = min(free or exchanged)
        rows[number] = exchanged[number]
    return tuple(rows)


def affording(kernels, design=balanced):
    """A mistake in how many kernels a budget allows, or in how they are laid out."""

    def answer(maps_in, maps_out, budget, kernel):
        taken = min(kernels(maps_out, budget, kernel), maps_in * maps_out)
        return tuple(design(maps_in, row_lengths(maps_out, taken)))

    return answer


def input_maps(row, maps_in):
    """The input maps that a row of an answer names; None where it is no row of a table."""
    row = row.tolist() if isinstance(row, np.ndarray) and row.ndim == 1 else row
    if not isinstance(row, list | tuple | set | frozenset | range):
        return None
    row = [*row]
    usable = all(is_integer(seen) and 0 <= seen < maps_in for seen in row) and len({*row}) == len(row)
    return frozenset(map(int, row)) if usable else None
