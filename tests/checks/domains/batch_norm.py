"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np

SINGLE = 0.3  # how often all arrays are float32


def _array(rng, *shape):
    return np.round(rng.uniform(-6, 6, shape))


def _maps(rng, fewest=1):
    """A batch, some of its channels constant; None where a channel has fewer numbers."""
    N, C, H, W = (int(rng.integers(1, most)) for most in (5, 5, 5, 7))
    if fewest > N * H * W:
        return None
    x = _array(rng, N, C, H, W)
    return np.where(rng.random((C, 1, 1)) < 0.1, 2.0, x)


def _each(rng, C):
    scale = np.where(rng.random(C) < 0.3, -1.5, rng.integers(1, 4, C))
    return {"gamma": scale, "beta": _array(rng, C), "running_mean": _array(rng, C)} | {
        "running_var": np.round(rng.uniform(1, 40, C)) / 4
    }


def _options(rng, **ranges):
    return {name: round(float(rng.uniform(*limits)), 2) for name, limits in ranges.items() if rng.random() < 0.5}


def _dtype(rng, drawn):
    if rng.random() > SINGLE:
        return drawn
    return {name: a.astype(np.float32) if isinstance(a, np.ndarray) else a for name, a in drawn.items()}


def _eval(rng):
    x = _maps(rng)
    return _dtype(rng, {"x": x} | _each(rng, x.shape[1])) | _options(rng, eps=(0.1, 3))


def _train(rng):
    x = _maps(rng, fewest=2)
    if x is None:
        return None
    return _dtype(rng, {"x": x} | _each(rng, x.shape[1])) | _options(rng, eps=(0.1, 3), momentum=(0, 1))


def _layer(rng):
    drawn = _train(rng)
    return drawn and drawn | {"training": bool(rng.integers(2))}


def _company(rng):
    C, H, W = (int(rng.integers(1, most)) for most in (5, 5, 7))
    if H * W < 2:
        return None
    each = _each(rng, C)
    images = {"image": _array(rng, C, H, W), "others": _array(rng, int(rng.integers(1, 4)), C, H, W)}
    return _dtype(rng, images | {"gamma": each["gamma"], "beta": each["beta"]})


def _backward(rng):
    x = _maps(rng, fewest=3)
    if x is None:
        return None
    drawn = _dtype(rng, {"grad_output": _array(rng, *x.shape), "x": x, "gamma": _each(rng, x.shape[1])["gamma"]})
    given = _options(rng, eps=(0.1, 3))
    return drawn | ({"eps": 0.5} if drawn["x"].dtype == np.float32 else given)


def _fold(rng):
    sizes = [int(rng.integers(1, 5)) for _ in range(4)]
    drawn = {"kernels": _array(rng, *sizes), "bias": _array(rng, sizes[0])} | _each(rng, sizes[0])
    return _dtype(rng, drawn) | _options(rng, eps=(0.1, 3))


DOMAINS = {
    "batch_norm_eval": _eval,
    "batch_norm_train": _train,
    "company": _company,
    "batch_norm_backward": _backward,
    "fold": _fold,
    "norm_layer": _layer,
}
