"""Cases of the whole domain of the questions on LeNet-5, drawn evenly."""

from math import comb

import numpy as np


def table_of(rng, maps_in, maps_out):
    """Any rows; each connection is there with the same chance."""
    share, rows = rng.uniform(0.2, 1), []
    while len(rows) < maps_out:
        row = tuple(np.flatnonzero(rng.random(maps_in) < share).tolist())
        rows += [row] if row else []
    return tuple(rows)


def numbers(rng, dtype, *shape):
    return np.round(rng.normal(0, 2, shape)).astype(dtype)


def counted(rng):
    kernel = int(rng.integers(1, 7))
    height, width = (kernel + rng.integers(0, 9, 2)).tolist()
    table = table_of(rng, *rng.integers(1, [7, 9]))
    return {"table": table, "height": height, "width": width, "kernel": kernel}


def layer(rng):
    N, maps_in, maps_out, kH, kW = rng.integers(1, [4, 6, 6, 4, 4]).tolist()
    H, W = rng.integers([kH, kW], [7, 7]).tolist()
    table, dtype = table_of(rng, maps_in, maps_out), [np.float32, np.float64][rng.integers(2)]
    return {
        "x": numbers(rng, dtype, N, maps_in, H, W),
        "kernels": numbers(rng, dtype, sum(map(len, table)), kH, kW),
        "bias": numbers(rng, dtype, maps_out),
        "table": table,
    }


def maps(rng):
    (N, C, H, W), dtype = rng.integers([1, 1, 2, 2], [4, 5, 8, 8]), [np.float32, np.float64][rng.integers(2)]
    return {
        "x": numbers(rng, dtype, N, C, H, W),
        "coefficient": rng.choice([-0.5, -0.25, 0.125, 0.25, 0.375], C).astype(dtype),
        "bias": (rng.choice([-1, 1], C) * rng.integers(1, 5, C) / 4).astype(dtype),
    }


def drawn(rng):
    N, K, D = rng.integers(1, [5, 6, 9])
    return {"x": np.round(rng.normal(0, 2, (N, D)) * 2) / 2, "drawings": rng.integers(0, 2, (K, D))}


def designed(rng):
    """Any number of kernels of which rows as long as each other, up to one, can be made."""
    maps_in, maps_out, kernel = rng.integers([2, 2, 1], [8, 15, 6]).tolist()
    kernels = int(rng.integers(maps_out, maps_in * maps_out + 1))
    each, more = divmod(kernels, maps_out)
    if comb(maps_in, each) < maps_out - more or comb(maps_in, each + 1) < more:
        return None
    budget = maps_out + kernels * kernel**2 + int(rng.integers(kernel**2))
    return {"maps_in": maps_in, "maps_out": maps_out, "budget": budget, "kernel": kernel}


DOMAINS = {
    "table_counts": counted,
    "table_conv": layer,
    "subsample": maps,
    "nearest_drawing": drawn,
    "design_table": designed,
}
