"""Cases of the whole domain of the questions on activations, drawn evenly: other ones than the questions draw."""

import numpy as np

EXTREME = np.array([-900, -150, -60, -30, -(2**-50), 2**-11, 2**-45, 30, 60, 150, 900], float)


def _dtype(rng):
    return rng.choice([np.float32, np.float64])


def _numbers(rng, extreme=EXTREME):
    shape = rng.integers(1, 6, 2)
    x = np.round(rng.normal(0, 2, shape), int(rng.integers(2)))
    if rng.random() < 0.7:
        chosen = rng.choice(extreme, int(rng.integers(1, 4)))
        places = rng.random(shape) < 0.25
        x[places] = rng.choice(chosen, places.sum())
    return x


def _alone(*extreme):
    def draw(rng):
        return {"x": _numbers(rng, np.array(extreme) if extreme else EXTREME).astype(_dtype(rng))}

    return draw


def _pair(*extreme):
    def draw(rng):
        x, dtype = _numbers(rng, np.array(extreme)), _dtype(rng)
        return {"grad_output": np.round(rng.normal(0, 3, x.shape)).astype(dtype), "x": x.astype(dtype)}

    return draw


def _elu(rng):
    drawn = _pair(-60.0, -30.0, 0.0, 60.0, 150.0, 900.0)(rng)
    return drawn | {"alpha": float(rng.choice([1, 1, 0.25, 0.75, 1.25, 2.5]))}


def _network(rng):
    N, D, U = rng.integers(1, 6, 3)
    widths = [D, *[U] * int(rng.integers(1, 4))]
    return {
        "images": np.round(rng.uniform(-2, 4, (N, D))),
        "layers": tuple(
            (np.round(rng.normal(0, 1.5, (U, width))), np.round(rng.normal(-1, 2, U))) for width in widths[:-1]
        ),
    }


DOMAINS = {
    "relu": _alone(np.nan, 0.0, 6.5, 20.0),
    "relu_backward": _pair(0.0, 20.0),
    "tanh": _alone(),
    "tanh_backward": _pair(-900.0, -150.0, 0.0, 150.0, 900.0),
    "softplus": _alone(-900, -150, -60, -30, 0, 30, 60, 150, 900),
    "elu_backward": _elu,
    "dead_units": _network,
}
