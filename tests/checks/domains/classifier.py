"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np

FAR = [-2000, -1000, -900, -140, 140, 900, 1000, 2000]  # from quarters, and from each other


def _whole(rng, *shape):
    return np.round(rng.uniform(-9, 9, shape))


def _lowered(rng, *arrays):
    return [array.astype(np.float32) for array in arrays] if rng.random() < 0.5 else [*arrays]


def _sizes(rng, count):
    return [int(rng.integers(1, 7)) for _ in range(count)]


def _layer(rng):
    N, C_in, C_out = _sizes(rng, 3)
    x, weight, bias = _lowered(rng, _whole(rng, N, C_in), _whole(rng, C_out, C_in), _whole(rng, C_out))
    return {"x": x, "weight": weight, "bias": bias}


def _backward(rng):
    N, C_in, C_out = _sizes(rng, 3)
    arrays = _lowered(rng, _whole(rng, N, C_out), _whole(rng, N, C_in), _whole(rng, C_out, C_in))
    return dict(zip(("grad_output", "x", "weight"), arrays, strict=True))


def _logits(rng):
    """An image is plain, or lies far away as a whole, or some of its logits do."""
    N, K = _sizes(rng, 2)
    logits = np.round(4 * rng.uniform(-3, 3, (N, K))) / 4
    for row in logits:
        kind = rng.integers(4)
        if kind == 0:
            row += rng.choice(FAR)
        if kind == 1:
            row[rng.random(K) < 0.5] += rng.choice(FAR)
    return {"logits": _lowered(rng, logits)[0]}


def _labelled(rng):
    logits = _logits(rng)["logits"]
    return {"logits": logits, "labels": rng.integers(logits.shape[1], size=len(logits))}


def _dropout(rng):
    shape = [_sizes(rng, 2), _sizes(rng, 2), rng.integers(1, 4, 4)][rng.integers(3)]
    x, random = _lowered(rng, _whole(rng, *shape), rng.integers(8, size=shape) / 8)
    options = {"p": float(rng.integers(8) / 8), "training": bool(rng.random() < 0.7)}
    return {"x": x, "random": random} | options


def _sliding(rng):
    N, C, C_out, kH, kW = (int(rng.integers(1, 4)) for _ in range(5))
    H, W = kH + int(rng.integers(6)), kW + int(rng.integers(6))
    x, weight, bias = _lowered(rng, _whole(rng, N, C, H, W), _whole(rng, C_out, C * kH * kW), _whole(rng, C_out))
    return {"x": x, "weight": weight, "bias": bias, "kernel": (kH, kW)}


DOMAINS = {
    "linear": _layer,
    "linear_backward": _backward,
    "softmax": _logits,
    "cross_entropy": _labelled,
    "cross_entropy_gradient": _labelled,
    "inverted_dropout": _dropout,
    "linear_as_conv": _sliding,
}
