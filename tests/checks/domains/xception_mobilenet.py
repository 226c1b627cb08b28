"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np

from cnnbook.checks._mobile import TABLE, cost


def _array(rng, *shape, reach=3):
    return np.round(rng.uniform(-reach, reach, shape))


def _sides(rng):
    return int(rng.integers(1, 6)), int(rng.integers(1, 7))


def _left(rng):
    C, n = int(rng.integers(1, 5)), int(rng.integers(1, 7))
    weight = _array(rng, n, C, reach=2)
    if n > 1 and rng.random() < 0.3:
        weight[0] = 2 * weight[1]
    return {"x": _array(rng, C, *_sides(rng)), "weight": weight}


def _residual(rng):
    C_in, C_mid, C_out = (int(rng.integers(1, 5)) for _ in range(3))
    C_out = C_in if rng.random() < 0.5 else C_out
    return {"x": _array(rng, C_in, *_sides(rng)), "expand": _array(rng, C_mid, C_in, reach=1.5),
            "expand_bias": _array(rng, C_mid), "depthwise": _array(rng, C_mid, 3, 3, reach=1.2),
            "depthwise_bias": _array(rng, C_mid), "project": _array(rng, C_out, C_mid, reach=2),
            "project_bias": _array(rng, C_out), "stride": int(rng.integers(1, 3))}  # fmt: skip


def _middle(rng):
    R, C = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    return {"x": _array(rng, C, *_sides(rng)), "depthwise": _array(rng, R, C, 3, 3, reach=1.2),
            "pointwise": _array(rng, R, C, C, reach=2), "bias": _array(rng, R, C)}  # fmt: skip


def _macs(rng):
    rows = [(1, 4, 1, 1), (7, 60, 5, 3)]
    stages = tuple(tuple(int(n) for n in rng.integers(*rows)) for _ in range(int(rng.integers(1, 4))))
    return {"stages": stages, "side": int(rng.integers(1, 80)), "width": round(float(rng.uniform(0.2, 1.5)), 2)}


def _design(rng):
    sides = tuple(32 * int(n) for n in rng.permutation(np.arange(3, 11))[: int(rng.integers(1, 5))])
    width, side = int(rng.integers(7, 29)) / 20, int(rng.choice(sides))
    macs = cost(TABLE, side, width)
    narrow = max(8, int(16 * width + 4) // 8 * 8)
    narrow += 8 * (narrow < 14.4 * width)
    return {"sides": sides, "budget": int(macs * rng.uniform(1, 1.1)), "least": int(macs * rng.uniform(0.9, 1)),
            "largest_map": int(6 * narrow * side**2 // 4 * rng.uniform(1, 1.6))}  # fmt: skip


DOMAINS = {
    "dimensions_left": _left,
    "inverted_residual": _residual,
    "middle_block": _middle,
    "v2_macs": _macs,
    "v2_design": _design,
}
