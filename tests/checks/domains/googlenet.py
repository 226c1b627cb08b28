"""Cases of the whole domain of the questions on GoogLeNet, drawn evenly."""

import numpy as np

NAMES = ("c_in", "side", "n1x1", "n3x3_reduce", "n3x3", "n5x5_reduce", "n5x5", "pool_proj")


def array(rng, *shape):
    return np.round(rng.normal(0, 2, shape))


def block(rng):
    N, C, H, W, n1, r3, n3, r5, n5, n_pool = (int(size) for size in rng.integers(1, 4, 10))
    H, W = (int(size) for size in rng.integers(1, 6, 2))
    r5 = r3 if rng.random() < 0.3 else r5
    x = array(rng, N, C, H, W) - 4 * (rng.random() < 0.2)
    weights = {
        "w1": array(rng, n1, C, 1, 1), "w3_reduce": array(rng, r3, C, 1, 1), "w3": array(rng, n3, r3, 3, 3),
        "w5_reduce": array(rng, r5, C, 1, 1), "w5": array(rng, n5, r5, 5, 5), "w_pool": array(rng, n_pool, C, 1, 1),
    }  # fmt: skip
    return {"x": x} | weights


def row(rng):
    most = int(rng.choice([4, 10, 300]))
    drawn = {name: int(rng.integers(1, most + 1)) for name in NAMES}
    return drawn | {"side": int(rng.integers(1, 30))}


def cost(rng):
    return row(rng) | {"reduced": bool(rng.random() < 0.6)}


def budget(rng):
    given = row(rng)
    n3, n5 = given.pop("n3x3_reduce"), given.pop("n5x5_reduce")
    c_in, pixels = given["c_in"], given["side"] ** 2
    channels = given["n1x1"] * c_in + given["pool_proj"] * c_in
    channels += n3 * (c_in + 9 * given["n3x3"]) + n5 * (c_in + 25 * given["n5x5"])
    near = pixels * channels + int(rng.integers(-2, 3))
    return given | {"budget": max(1, int(rng.choice([near, rng.integers(1, 2 * near + 2), rng.integers(1, 60)])))}


def loss(rng):
    N, C, K = (int(size) for size in rng.integers((1, 1, 2), 6))
    halves = {name: np.round(rng.uniform(-1.4, 1.4, shape)) / 2 for name, shape in
              {"stages": (3, C, C), "heads": (3, K, C)}.items()}  # fmt: skip
    drawn = {"x": np.round(rng.uniform(0, 3, (N, C))), **halves, "labels": rng.integers(0, K, N)}
    return drawn | {"training": bool(rng.random() < 0.6)}


def maps(rng):
    C, H, W, K = (int(size) for size in rng.integers(1, 6, 4))
    return {"features": array(rng, C, H, W), "weight": array(rng, K, C), "bias": array(rng, K)}


DOMAINS = {
    "inception_block": block,
    "module_cost": cost,
    "choose_reductions": budget,
    "loss_with_helpers": loss,
    "class_maps": maps,
}
