"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np


def _array(rng, *shape):
    return np.round(rng.uniform(-5, 5, shape))


def _layer(rng):
    """A batch and its filters; the padding is smaller than the kernel."""
    N, C_in, C_out = rng.integers(1, 4, 3)
    kernel = rng.integers(1, 5, 2)
    padding = int(rng.integers(0, kernel.min()))
    size = np.maximum(kernel - 2 * padding, 1) + rng.integers(0, 5, 2)
    dtype = rng.choice([np.float32, np.float64])
    return _array(rng, N, C_in, *size).astype(dtype), _array(rng, C_out, C_in, *kernel).astype(dtype), padding


def _places(x, weight, padding):
    return tuple(n + 2 * padding - k + 1 for n, k in zip(x.shape[2:], weight.shape[2:], strict=True))


def _forward(rng):
    x, weight, padding = _layer(rng)
    return {"x": x, "weight": weight, "bias": _array(rng, len(weight)).astype(x.dtype), "padding": padding}


def _backward(rng):
    x, weight, padding = _layer(rng)
    grad_output = _array(rng, len(x), len(weight), *_places(x, weight, padding)).astype(x.dtype)
    return {"grad_output": grad_output, "x": x, "weight": weight, "padding": padding}


def _numerical(rng):
    x, weight, _ = _layer(rng)
    if weight.size > 24 or x.size > 60 or np.less(x.shape[2:], weight.shape[2:]).any():
        return None
    step = float(rng.choice([0.125, 0.25, 0.5, 1, 2]))
    return {"x": x.astype(float), "weight": weight.astype(float), "step": step}


def _rates(rng):
    momentum, decay = (float(rng.choice([0, 0.25, 0.5, 0.75])) for _ in range(2))
    return {"momentum": momentum, "weight_decay": decay}


def _step(rng):
    shape, dtype = rng.integers(1, 5, 2), rng.choice([np.float32, np.float64])
    arrays = {name: 2 * _array(rng, *shape).astype(dtype) for name in ("parameter", "gradient", "velocity")}
    return arrays | _rates(rng) | {"lr": float(rng.choice([0.125, 0.25, 0.5, 1, 2]))}


def _path(rng):
    steps, size = (int(n) for n in rng.integers(1, 5, 2))
    drawn = {"start": 4 * _array(rng, size), "gradients": 2 * _array(rng, steps, size)}
    return drawn | {"rates": rng.choice([0.125, 0.25, 0.5, 1.0], steps)} | _rates(rng)


def _restore(rng):
    x, weight, padding = _layer(rng)
    if weight.size > 40 or x[0, 0].size > 24:
        return None
    target = _array(rng, len(x), len(weight), *_places(x, weight, padding))
    options = {"padding": padding, "steps": int(rng.integers(1, 4)), "lr": float(rng.choice([0.125, 0.25, 0.5]))}
    return {"target": target, "weight": weight.astype(float), "momentum": float(rng.choice([0, 0.25, 0.5]))} | options


DOMAINS = {
    "conv_forward": _forward,
    "conv_backward": _backward,
    "numerical_gradient": _numerical,
    "sgd_step": _step,
    "momentum_path": _path,
    "restore": _restore,
}
