"""Cases of the whole domain of the questions on pooling, drawn evenly."""

import numpy as np


def numbers(rng, *shape):
    """Any of one dtype, of one sign now and then."""
    drawn, kind = np.round(rng.normal(0, 2, shape)), rng.integers(6)
    drawn = -1 - abs(drawn) if kind == 0 else abs(drawn) if kind == 1 else drawn
    return drawn.astype([np.float32, np.float64][rng.integers(2)])


def layer(rng):
    kernel, stride = rng.integers(1, [6, 5])
    return {"kernel": int(kernel), "stride": int(stride), "padding": int(rng.integers(kernel // 2 + 1))}


def length(rng):
    drawn = layer(rng) | {"size": int(rng.integers(1, 15)), "ceil_mode": bool(rng.integers(2))}
    if rng.random() < 0.3:
        drawn["stride"] = None
    return drawn if drawn["size"] + 2 * drawn["padding"] >= drawn["kernel"] else None


def batch(rng):
    drawn, (N, C, H, W) = layer(rng), rng.integers(1, [3, 4, 9, 9])
    return drawn | {"x": numbers(rng, N, C, H, W)} if min(H, W) + 2 * drawn["padding"] >= drawn["kernel"] else None


def counted(rng):
    drawn = batch(rng)
    return drawn and drawn | {"count_include_pad": bool(rng.integers(2))}


def backward(rng):
    drawn = batch(rng)
    if drawn is None:
        return None
    x, kernel, stride, padding = drawn["x"], drawn["kernel"], drawn["stride"], drawn["padding"]
    places = [(size + 2 * padding - kernel) // stride + 1 for size in x.shape[2:]]
    grad_output = np.round(rng.normal(0, 3, (*x.shape[:2], *places))).astype(x.dtype)
    return drawn | {"grad_output": grad_output}


def moving(rng):
    kernel, (N, C, H, W) = int(rng.integers(1, 5)), rng.integers([1, 1, 1, 2], [3, 4, 9, 13])
    if min(H, W) < kernel:
        return None
    return {"x": numbers(rng, N, C, H, W), "shift": int(rng.integers(W // 2 + 1)), "kernel": kernel}


DOMAINS = {
    "pooled_size": length,
    "max_pool": batch,
    "avg_pool": counted,
    "max_pool_backward": backward,
    "max_pool_ceil": batch,
    "shift_rest": moving,
}
