"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np


def _tuple(rng, layers, most):
    return tuple(map(int, rng.integers(1, most, layers)))


def _flags(rng, number):
    return tuple(map(bool, rng.integers(0, 2, number)))


def _costs(rng):
    layers = int(rng.integers(1, 8))
    drawn = {name: _tuple(rng, layers, 1000) for name in ("parameters", "macs", "inputs")}
    return drawn | {"learns": _flags(rng, layers), "batch": int(rng.integers(1, 129))}


def _step(rng):
    groups, numbers = map(int, rng.integers(1, 6, 2))
    drawn = {name: np.round(rng.uniform(-5, 5, (groups, numbers))) for name in ("w", "grad", "v")}
    drawn |= {name: np.round(rng.uniform(-5, 5, groups)) for name in ("running", "means")}
    drawn |= {"rates": rng.uniform(0.1, 2, groups), "frozen": _flags(rng, groups)}
    return drawn | {"momentum": float(rng.choice([0, 0.9, 0.5])), "weight_decay": float(rng.choice([0, 0.1, 1]))}


def _logits(rng):
    N, P, C, K = map(int, rng.integers(1, 6, 4))
    images, body, head = (np.round(rng.uniform(-5, 5, shape)) for shape in ((N, P), (C, P), (K, C)))
    visits = tuple(map(int, rng.integers(0, N, rng.integers(1, 10))))
    return {"images": images, "visits": visits, "body": body, "head": head}


def _budget(rng):
    layers = int(rng.integers(1, 6))
    parameters, macs = _tuple(rng, layers, 30), tuple(10 + n for n in _tuple(rng, layers, 50))
    return {"parameters": parameters, "macs": macs, "budget": int(sum(macs) * rng.uniform(0.8, 3.2)) + 1}


def _record(rng):
    shape = tuple(map(int, rng.integers(1, 6, 3)))
    validation, test = (np.round(rng.uniform(40, 40 + rng.integers(1, 12), shape)) for _ in range(2))
    return {"validation": validation, "test": test}


DOMAINS = {
    "step_costs": _costs,
    "tuning_step": _step,
    "logits_once": _logits,
    "unfrozen": _budget,
    "best_plans": _record,
}
