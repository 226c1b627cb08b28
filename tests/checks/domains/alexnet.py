"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

from itertools import pairwise

import numpy as np


def _array(rng, *shape):
    return np.round(rng.uniform(-4, 4, shape))


def _fits(table, size):
    for _, kernel, stride, padding, _, pool in table:
        size = (size + 2 * padding - kernel) // stride + 1 if size + 2 * padding >= kernel else 0
        size = (size - 1) // 2 if pool else size
        if size < 1:
            return False
    return True


def _table(rng):
    widths = [int(rng.integers(1, 5)), *(2 * rng.integers(1, 6, int(rng.integers(1, 5)))).tolist()]
    table = [
        (
            out, int(rng.integers(1, 6)), int(rng.integers(1, 4)), int(rng.integers(3)),
            bool(below % 2 == 0 and rng.integers(2)), bool(rng.integers(2)),
        )
        for below, out in pairwise(widths)
    ]  # fmt: skip
    size = int(rng.integers(7, 60))
    drawn = {"table": table, "size": size, "channels": widths[0], "groups": int(rng.integers(1, 3))}
    return drawn if _fits(table, size) else None


def _split(rng):
    N, depth, out, kH, kW, H, W = rng.integers(1, 4, 7)
    x = _array(rng, N, 2 * depth, kH + H - 1, kW + W - 1)
    return {"x": x, "weight": _array(rng, 2 * out, depth, kH, kW), "bias": _array(rng, 2 * out)}


def _block(rng):
    N, C, kH, kW = rng.integers(1, 3, 4)
    half, H, W = rng.integers(1, 8), *rng.integers(3, 8, 2)
    arrays = {"x": _array(rng, N, C, kH + H - 1, kW + W - 1), "weight": _array(rng, 2 * half, C, kH, kW)}
    alpha = {"alpha": round(float(rng.uniform(0.2, 2)), 2)} if rng.random() < 0.8 else {}
    return arrays | {"bias": _array(rng, 2 * half)} | alpha


def _crops(rng):
    N, C, size, K = (*rng.integers(1, 4, 3).tolist(), int(rng.integers(2, 5)))
    H, W = size + rng.integers(0, 6, 2)
    return {"images": _array(rng, N, C, H, W) + 4, "size": size, "weight": _array(rng, K, C * size**2) / 8}


def _budget(rng):
    inputs, batch = (2 * rng.integers(1, 40, 4)).tolist(), int(rng.choice([1, 2, 8, 128]))
    least = min(inputs[1], inputs[2], inputs[0] + inputs[3])
    budget = 4 * batch * int(rng.integers(least, sum(inputs) + 3)) + int(rng.integers(2))
    return {"inputs": inputs, "budget": budget, "batch": batch}


DOMAINS = {
    "table_cost": _table,
    "split_conv": _split,
    "first_block": _block,
    "ten_crops": _crops,
    "choose_groups": _budget,
}
