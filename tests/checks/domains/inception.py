"""Cases of the whole domain of the questions on Inception v2 to v4, drawn evenly."""

import numpy as np


def pair(rng):
    limits = {"height": 12, "width": 12, "c_in": 20, "c_out": 20, "n": 9, "between": 40}
    return {name: int(rng.integers(1, limit)) for name, limit in limits.items()}


def grid(rng):
    N, C, C_conv = (int(n) for n in rng.integers(1, 5, 3))
    k = int(rng.integers(2, 5))
    H, W = k + rng.integers(0, 6, 2)
    x, weight = rng.normal(0, 3, (N, C, H, W)), rng.normal(0, 2, (C_conv, C, k, k))
    return {"x": np.round(x), "weight": np.round(weight)}


def batch(rng):
    N, K = int(rng.integers(1, 7)), int(rng.integers(2, 8))
    logits = np.round(4 * rng.uniform(-3, 3, (N, K))) / 4
    smoothing = float(rng.choice([0, 0.05, 0.1, 0.3, 0.8]))
    return {"logits": logits, "labels": rng.integers(K, size=N), "smoothing": smoothing}


def design(rng):
    n, c_in, c_out, least = (int(x) for x in rng.integers(1, [10, 25, 25, 40]))
    lowest = min(n * n * c_in * c_out, n * least * (c_in + c_out))
    return {"n": n, "c_in": c_in, "c_out": c_out, "least": least, "budget": lowest + int(rng.choice([0, 0, 1, lowest]))}


DOMAINS = {"pair_cost": pair, "halve_grid": grid, "smooth_loss": batch, "factorise": design}
