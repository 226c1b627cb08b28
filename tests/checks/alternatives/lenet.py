"""Right answers to the questions on LeNet-5 that go other ways than the reference: a check must accept them all."""

import random
from itertools import accumulate, combinations
from math import gcd

import numpy as np

# Count it


def counts_by_units(table, height, width, *, kernel=5):
    """Unit by unit of one row of output maps, each with its weights and its bias."""
    units = [len(maps) * kernel * kernel + 1 for maps in table]
    return sum(units), sum(
        unit for unit in units for _ in range(height - kernel + 1) for _ in range(width - kernel + 1)
    )


def counts_by_arrays(table, height, width, kernel=5):
    parameters = np.array([len(maps) * kernel**2 + 1 for maps in table]).sum()
    return [parameters, parameters * np.prod([height - kernel + 1, width - kernel + 1])]


# Build it


def conv_by_zeros(x, kernels, bias, table):
    """An ordinary convolution in which what is not in the table is zero, by tensordot."""
    weight = np.zeros((len(table), x.shape[1], *kernels.shape[1:]), x.dtype)
    pairs = [(o, i) for o, maps in enumerate(table) for i in maps]
    weight[tuple(np.array(pairs).T)] = kernels
    windows = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[1:], axis=(2, 3))
    found = np.tensordot(windows, weight, ((1, 4, 5), (1, 2, 3)))
    return np.moveaxis(found, 3, 1) + bias[:, None, None]


def conv_by_taps(x, kernels, bias, table):
    """Tap by tap of each kernel, whole maps at once."""
    (N, _, H, W), (K, kH, kW) = x.shape, kernels.shape
    ends = list(accumulate(map(len, table)))
    output = np.zeros((N, len(table), H - kH + 1, W - kW + 1), x.dtype)
    for k in range(K):
        row = next(o for o, end in enumerate(ends) if k < end)
        seen = table[row][k - ends[row]]
        for a, b in np.ndindex(kH, kW):
            output[:, row] += kernels[k, a, b] * x[:, seen, a : a + H - kH + 1, b : b + W - kW + 1]
    return output + bias.reshape(-1, 1, 1)


def conv_by_rows(x, kernels, bias, table):
    """Each output map is an ordinary convolution of the maps that it sees."""
    starts = [0, *accumulate(map(len, table))]
    windows = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[1:], axis=(2, 3))
    maps = [
        np.einsum("nchwij,cij->nhw", windows[:, list(seen)], kernels[start : start + len(seen)])
        for start, seen in zip(starts, table, strict=False)
    ]
    return (np.stack(maps, 1) + bias[None, :, None, None]).astype(x.dtype)


# Subsampling that learns


def subsample_by_slices(x, coefficient, bias):
    H, W = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    total = sum(x[:, :, a:H:2, b:W:2] for a in (0, 1) for b in (0, 1))
    return 1.7159 * np.tanh((coefficient.reshape(-1, 1, 1) * total + bias.reshape(-1, 1, 1)) * (2 / 3))


def subsample_by_exponentials(x, coefficient, bias):
    """1.7159 tanh(2/3 z) as a sigmoid."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (2, 3))[:, :, ::2, ::2]
    z = np.einsum("nchwij,c->nchw", windows, coefficient).astype(float) + bias[:, None, None]
    return (1.7159 * (2 / (1 + np.exp(-4 / 3 * z)) - 1)).astype(x.dtype)


def subsample_map_by_map(x, coefficient, bias):
    output = np.empty((*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2), x.dtype)
    for n, c, i, j in np.ndindex(output.shape):
        z = coefficient[c] * x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].sum() + bias[c]
        output[n, c, i, j] = 1.7159 * np.tanh(2 / 3 * z)
    return output


# The nearest drawing


def nearest_by_differences(x, drawings):
    w = np.where(drawings == 1, 1.0, -1.0)
    distances = ((x[:, None] - w[None]) ** 2).sum(-1)
    return distances, np.argmin(distances, axis=-1)


def nearest_by_norms(x, drawings):
    """One drawing after the other."""
    distances = np.stack([np.linalg.norm(x + 1 - 2 * drawing, axis=1) ** 2 for drawing in drawings], axis=1)
    return distances, np.round(4 * distances).argmin(1)  # squares of halves: ties are ties


def nearest_by_products(x, drawings):
    w = 2 * drawings - 1
    products = x @ w.T
    return (x * x).sum(1)[:, None] + (w * w).sum(1) - 2 * products, products.argmax(1)


# A table of one's own


def lengths(maps_out, budget, kernel):
    shorter, longer = divmod((budget - maps_out) // kernel**2, maps_out)
    return [shorter] * (maps_out - longer) + [shorter + 1] * longer


def design_by_chance(maps_in, maps_out, budget, *, kernel=5):
    """What was seen least first, with ties broken by chance, until it works."""
    for seed in range(1000):
        rng, used, rows = random.Random(seed), [0] * maps_in, []
        for n in lengths(maps_out, budget, kernel):
            free = [maps for maps in combinations(range(maps_in), n) if maps not in rows]
            rng.shuffle(free)
            rows.append(min(free, key=lambda maps: sum(used[i] for i in maps)))
            for i in rows[-1]:
                used[i] += 1
        if max(used) - min(used) < 2:
            return rows


def design_by_exchanges(maps_in, maps_out, budget, *, kernel=5):
    """The last combinations rather than the first, and an array of ones to count in."""
    rows, taken = lengths(maps_out, budget, kernel), []
    for n in rows:
        choices = combinations(reversed(range(maps_in)), n)
        taken.append(next(maps for maps in map(frozenset, choices) if maps not in taken))
    while True:
        grid = np.array([[i in maps for i in range(maps_in)] for maps in taken])
        most, least = grid.sum(0).argmax(), grid.sum(0).argmin()
        if grid[:, most].sum() - grid[:, least].sum() < 2:
            return [np.flatnonzero(row) for row in grid]
        for row in np.flatnonzero(grid[:, most] & ~grid[:, least])[::-1]:
            if (new := taken[row] - {most} | {least}) not in taken:
                taken[row] = new
                break


def design_in_a_ring(maps_in, maps_out, budget, *, kernel=5):
    """Input maps dealt as cards, a step further after each round: no row twice while there are as few rows as maps."""
    n = lengths(maps_out, budget, kernel)
    if len({*n}) > 1 or maps_out > maps_in:
        return design_by_chance(maps_in, maps_out, budget, kernel=kernel)
    each = n[0]
    around = maps_in // gcd(maps_in, each)
    return tuple({(row * each + row // around + k) % maps_in for k in range(each)} for row in range(maps_out))


def design_as_the_paper(maps_in, maps_out, budget, *, kernel=5):
    """For C3 the paper's Table I, which has rows of three lengths."""
    if (maps_in, maps_out, budget, kernel) != (6, 16, 1516, 5):
        return design_by_exchanges(maps_in, maps_out, budget, kernel=kernel)
    from cnnbook.models.lenet import C3_TABLE

    return C3_TABLE


ALTERNATIVES = {
    "table_counts": [counts_by_units, counts_by_arrays],
    "table_conv": [conv_by_zeros, conv_by_taps, conv_by_rows],
    "subsample": [subsample_by_slices, subsample_by_exponentials, subsample_map_by_map],
    "nearest_drawing": [nearest_by_differences, nearest_by_norms, nearest_by_products],
    "design_table": [design_by_chance, design_by_exchanges, design_in_a_ring, design_as_the_paper],
}
