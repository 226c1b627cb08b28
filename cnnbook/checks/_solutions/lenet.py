"""Solutions of the questions on LeNet-5, as `solutions/lenet.ipynb` has them."""

import numpy as np


def table_counts(table, height, width, *, kernel=5):
    """Parameters and connections of a convolution under a table.

    table_counts(((0,), (0, 1)), 3, 2, kernel=2) is (14, 28).
    """
    kernels = sum(len(maps) for maps in table)
    parameters = kernels * kernel**2 + len(table)
    places = (height - kernel + 1) * (width - kernel + 1)
    return parameters, parameters * places


def table_conv(x, kernels, bias, table):
    """Convolution in which each output map sees the input maps of its row.

    table_conv(np.ones((1, 1, 1, 1)), np.ones((1, 1, 1)), np.ones(1), ((0,),)) is [[[[2.0]]]].
    """
    kH, kW = kernels.shape[1:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (kH, kW), axis=(2, 3))
    N, _, H_out, W_out = windows.shape[:4]
    output = np.empty((N, len(table), H_out, W_out), x.dtype)
    unused = iter(kernels)
    for o, maps in enumerate(table):
        output[:, o] = bias[o]
        for i in maps:
            output[:, o] += (windows[:, i] * next(unused)).sum((3, 4))
    return output


def subsample(x, coefficient, bias):
    """Sums of 2 x 2 neighbours, times a coefficient, plus a bias, squashed.

    subsample(np.ones((1, 1, 2, 2)), np.array([0.5]), np.array([-2.0])) is [[[[0.0]]]].
    """
    N, C, H, W = x.shape
    pairs = x[:, :, : H // 2 * 2, : W // 2 * 2]
    sums = pairs.reshape(N, C, H // 2, 2, W // 2, 2).sum((3, 5))
    z = coefficient[:, None, None] * sums + bias[:, None, None]
    return 1.7159 * np.tanh(2 / 3 * z)


def nearest_drawing(x, drawings):
    """Squared distances to the drawings, and which of them is nearest.

    nearest_drawing(np.array([[0.0, 1.0]]), np.array([[1, 0]]))[0] is [[5.0]].
    """
    w = 2 * drawings - 1  # ink 1, ground -1
    squares = (x**2).sum(1, keepdims=True) + w.shape[1]
    distances = squares - 2 * x @ w.T
    return distances, distances.argmin(1)


def design_table(maps_in, maps_out, budget, *, kernel=5):
    """A table that spends the budget, uses all inputs alike, and repeats no row.

    design_table(2, 2, 4, kernel=1) is [[0], [1]].
    """
    from itertools import combinations

    kernels = (budget - maps_out) // kernel**2
    shorter, longer = divmod(kernels, maps_out)
    lengths = [shorter + 1] * longer + [shorter] * (maps_out - longer)
    choices = {n: combinations(range(maps_in), n) for n in set(lengths)}
    rows = [set(next(choices[n])) for n in lengths]  # different, but not balanced
    while True:
        seen = [sum(i in row for row in rows) for i in range(maps_in)]
        most, least = seen.index(max(seen)), seen.index(min(seen))
        if seen[most] - seen[least] < 2:
            return tuple(tuple(sorted(row)) for row in rows)
        for number, row in enumerate(rows):
            exchanged = row - {most} | {least}
            if most in row and least not in row and exchanged not in rows:
                rows[number] = exchanged
                break
